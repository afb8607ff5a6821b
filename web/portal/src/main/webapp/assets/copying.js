// Buttons that copy: a code block, or a whole answer as the model wrote it.

import { sourceOf } from './answer-text.js';

const SAY_SO_MILLIS = 2000;

/** Lets the copy buttons in an element work, those to come included. */
export function enableCopying(element, texts) {
  element.addEventListener('click', async (event) => {
    const button = event.target.closest('button.copy');
    if (!button) {
      return;
    }
    const block = button.closest('.code-block');
    await copy(block ? block.querySelector('pre').textContent : sourceOf(button.closest('.answer').querySelector('.text')));
    button.textContent = texts.copied;
    setTimeout(() => { button.textContent = texts.copy; }, SAY_SO_MILLIS);
  });
}

// Without TLS browsers have no clipboard for scripts, but still the old command.
async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
