// Shows Markdown in an element, again and again as it grows, touching only the blocks that changed.

import { copyButton } from './copy-button.js';
import { createRenderer } from './markdown.js';

const render = createRenderer(window.markdownit);

// The renderer's HTML is safe by itself; this second, independent check holds if it ever isn't.
const ALLOWED = {
  ALLOWED_TAGS: [
    'p', 'br', 'hr', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a',
    'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td',
  ],
  ALLOWED_ATTR: ['href', 'title', 'target', 'rel', 'class', 'start'],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  // Not addresses, so the rule for addresses is not theirs.
  ADD_URI_SAFE_ATTR: ['target', 'rel', 'start'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

/** What each element shows, as it was written. */
const sources = new WeakMap();

/** The Markdown that an element shows. */
export const sourceOf = (element) => sources.get(element) || '';

/**
 * Shows Markdown in an element.
 *
 * @param {Element} element whose content it becomes
 * @param {string} markdown the text so far
 * @param {{copy: string, copied: string}} texts the words on the button of code blocks
 */
export function showMarkdown(element, markdown, texts) {
  sources.set(element, markdown);
  const fragment = window.DOMPurify.sanitize(render(markdown), ALLOWED);
  fragment.querySelectorAll('pre').forEach((pre) => pre.replaceWith(codeBlock(pre, texts)));
  fragment.querySelectorAll('table').forEach((table) => table.replaceWith(scrollable(table)));
  // White space between blocks would only blur which of them changed.
  const blocks = [...fragment.childNodes].filter((node) => node.nodeType !== Node.TEXT_NODE || node.data.trim());
  const shown = [...element.childNodes];
  blocks.forEach((block, i) => {
    if (i >= shown.length) {
      element.append(block);
    } else if (!shown[i].isEqualNode(block)) {
      shown[i].replaceWith(block);
    }
  });
  shown.slice(blocks.length).forEach((node) => node.remove());
}

function codeBlock(pre, texts) {
  const block = document.createElement('div');
  block.className = 'code-block';
  const head = document.createElement('div');
  head.className = 'code-head';
  const language = /language-([\w+#.-]+)/.exec(pre.querySelector('code')?.className || '');
  const name = document.createElement('span');
  name.textContent = language ? language[1] : '';
  head.append(name, copyButton(texts));
  pre = pre.cloneNode(true);
  pre.tabIndex = 0;
  block.append(head, pre);
  return block;
}

function scrollable(table) {
  const box = document.createElement('div');
  box.className = 'table-box';
  box.tabIndex = 0;
  box.append(table.cloneNode(true));
  return box;
}
