// Shows times in the reader's own time zone and the page's language.

const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });

document.querySelectorAll('time').forEach((time) => {
  const instant = new Date(time.dateTime);
  if (!Number.isNaN(instant.getTime())) {
    time.textContent = format.format(instant);
    time.title = time.dateTime;
  }
});
