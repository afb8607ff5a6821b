// The chat page: asks, shows the answer as it is written, stops it.

import { AnswerView, addQuestion } from './answer-view.js';
import { showMarkdown } from './answer-text.js';
import { addConversation, enableConversations, raiseConversation } from './conversations.js';
import { copyButton } from './copy-button.js';
import { enableCopying } from './copying.js';
import { drafts } from './drafts.js';
import { byId, page, words } from './page.js';
import { followEnd } from './scrolling.js';
import { RefusedError, SignedOutError, call, events } from './server.js';

const messages = byId('messages');
const composer = byId('composer');
const question = byId('question');
const send = byId('send');
const stop = byId('stop');
const status = byId('status');
const errorLine = byId('error');
const signInDialog = byId('sign-in-dialog');

const OUTCOME_TEXTS = { CANCELLED: words.stopped, FAILED: words.failed };

/** The request being answered: its identifier once known, and whether it is to be stopped as soon as it is. */
let running = null;

messages.querySelectorAll('.answer .text').forEach((text) => showMarkdown(text, text.textContent, words));
messages.querySelectorAll('.answer .foot').forEach((foot) => foot.append(copyButton(words)));
enableCopying(messages, words);
enableConversations({ ifSignedOut: askToSignIn, ifRefused: showError });
const scrollToEnd = followEnd(byId('scroller'), messages, byId('latest'));

question.value = drafts.load(page.conversation);
question.addEventListener('input', onTyping);
question.addEventListener('keydown', onKey);
composer.addEventListener('submit', onSubmit);
stop.addEventListener('click', stopRunning);
document.addEventListener('keydown', (event) => event.key === 'Escape' && !document.querySelector('dialog[open]') && stopRunning());
byId('empty')?.addEventListener('click', (event) => event.target.closest('.suggestion') && suggest(event.target.closest('.suggestion').textContent));
fitQuestion();
question.focus();

/** Puts an example into the field, for the reader to change or send. */
function suggest(text) {
  setQuestion(text);
  question.focus();
}

function onTyping() {
  drafts.save(page.conversation, question.value);
  fitQuestion();
}

function onKey(event) {
  // While an input method composes, Enter chooses characters; 229 is what some browsers report for that.
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key === 'Enter' && !event.shiftKey && !composing) {
    event.preventDefault();
    composer.requestSubmit();
  }
}

function onSubmit(event) {
  event.preventDefault();
  const text = question.value.trim();
  if (text && !running) {
    ask(text);
  }
}

async function ask(text) {
  running = { request: null, stopping: false };
  showError('');
  byId('empty')?.remove();
  const asked = addQuestion(messages, words, text);
  const answer = new AnswerView(messages, words);
  setAnswering(true);
  setQuestion('');
  scrollToEnd();
  try {
    await receive(await call('POST', '/answers', { conversation: page.conversation || null, model: chosenModel(), question: text }), answer);
  } catch (error) {
    giveBack(error, text, asked, answer);
  } finally {
    running = null;
    setAnswering(false);
  }
}

async function receive(response, answer) {
  for await (const { name, data } of events(response)) {
    if (name === 'started') {
      begin(data, answer);
    } else if (name === 'text') {
      status.textContent = words.writing;
      answer.add(data.text);
    } else if (name === 'finished') {
      answer.finish(data.outcome, data.facts);
      status.textContent = OUTCOME_TEXTS[data.outcome] || words.finished;
      return;
    }
  }
  throw new Error('The stream ended before the answer did.');
}

function begin(data, answer) {
  running.request = data.request;
  answer.request = data.request;
  if (page.conversation) {
    raiseConversation(page.conversation);
  } else {
    drafts.save('', '');
    page.conversation = data.conversation;
    history.replaceState(null, '', `${page.context}/?conversation=${data.conversation}`);
    addConversation(data.conversation, data.title);
    document.title = document.title.replace(/^.* · /, `${data.title} · `);
  }
  drafts.save(page.conversation, question.value);
  if (running.stopping) {
    stopRunning();
  }
}

/** The answer did not come, or broke off: says so, and gives the question back if it never began. */
function giveBack(error, text, asked, answer) {
  if (running.request) {
    answer.finish('FAILED', words.broken);
    status.textContent = words.failed;
  } else {
    answer.remove();
    asked.remove();
    setQuestion(question.value ? `${text}\n${question.value}` : text);
    status.textContent = '';
  }
  if (error instanceof SignedOutError) {
    askToSignIn();
  } else if (error instanceof RefusedError) {
    showError(error.message);
  } else if (!running.request) {
    showError(words.offline);
  }
}

async function stopRunning() {
  if (!running) {
    return;
  }
  running.stopping = true;
  stop.disabled = true;
  if (running.request) {
    try {
      await call('DELETE', `/answers/${running.request}`);
    } catch (error) {
      showError(error instanceof RefusedError ? error.message : words.offline);
      stop.disabled = false;
    }
  }
}

function setAnswering(answering) {
  send.hidden = answering;
  stop.hidden = !answering;
  stop.disabled = false;
  if (answering) {
    status.textContent = words.waiting;
  }
  if (!answering || document.activeElement === send) {
    question.focus({ preventScroll: true });
  }
}

function setQuestion(text) {
  question.value = text;
  onTyping();
}

function fitQuestion() {
  question.rows = Math.min(10, Math.max(1, question.value.split('\n').length));
}

function chosenModel() {
  return byId('model')?.value || null;
}

function showError(text) {
  errorLine.textContent = text;
  errorLine.hidden = !text;
}

function askToSignIn() {
  byId('sign-in-again').href = location.href;
  if (!signInDialog.open) {
    signInDialog.showModal();
  }
}
