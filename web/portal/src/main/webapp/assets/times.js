// Shows times in the reader's own time zone and the page's language.

// British readers of the English page want British dates, so the browser's own language goes first where it fits.
const pageLanguage = document.documentElement.lang.slice(0, 2);
const language = navigator.languages.find((own) => own.startsWith(pageLanguage)) || pageLanguage;
const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });

document.querySelectorAll('time').forEach((time) => {
  const instant = new Date(time.dateTime);
  if (!Number.isNaN(instant.getTime())) {
    time.textContent = format.format(instant);
    time.title = time.dateTime;
  }
});
