// The button that copies a code block or a whole answer; copying.js lets it work.

/** A button that copies what it stands under or beside. */
export function copyButton(words) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy quiet';
  button.textContent = words.copy;
  return button;
}
