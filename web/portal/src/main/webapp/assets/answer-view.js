// One answer on the page: grows as it is written, and ends with what is known of it.

import { showMarkdown } from './answer-text.js';
import { copyButton } from './copy-button.js';

/** An answer that is being written. */
export class AnswerView {
  #text = '';
  #drawn = false;
  #words;

  /**
   * @param {Element} messages where it is added
   * @param {DOMStringMap} words the page's texts
   */
  constructor(messages, words) {
    this.#words = words;
    this.element = message('answer', words.model);
    this.element.dataset.state = 'waiting';
    this.element.setAttribute('aria-busy', 'true');
    messages.append(this.element);
  }

  /** Its request, once known. */
  set request(id) {
    this.element.dataset.request = id;
  }

  /** Adds text; it is drawn with the browser's next frame, however many pieces came until then. */
  add(text) {
    this.#text += text;
    this.element.dataset.state = 'writing';
    if (!this.#drawn) {
      this.#drawn = true;
      requestAnimationFrame(() => this.#draw());
    }
  }

  /** Ends it. */
  finish(outcome, facts) {
    this.#draw();
    this.element.dataset.state = 'finished';
    this.element.dataset.outcome = outcome;
    this.element.setAttribute('aria-busy', 'false');
    this.element.querySelector('.facts').textContent = facts;
    this.element.querySelector('.foot').append(copyButton(this.#words));
  }

  /** Takes it away, because it never began. */
  remove() {
    this.element.remove();
  }

  #draw() {
    this.#drawn = false;
    showMarkdown(this.element.querySelector('.text'), this.#text, this.#words);
  }
}

/** Adds a question to the page. */
export function addQuestion(messages, words, text) {
  const element = message('question', words.you);
  element.dataset.state = 'finished';
  element.querySelector('.text').textContent = text;
  messages.append(element);
  return element;
}

function message(kind, who) {
  const element = document.createElement('article');
  element.className = kind;
  const head = document.createElement('h2');
  head.className = 'who';
  head.textContent = who;
  const text = document.createElement('div');
  text.className = 'text';
  const foot = document.createElement('div');
  foot.className = 'foot';
  const facts = document.createElement('p');
  facts.className = 'facts';
  foot.append(facts);
  element.append(head, text, foot);
  return element;
}
