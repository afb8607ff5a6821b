// The list of conversations: opening it on narrow screens, renaming, deleting, and adding a new one.

import { byId, page, words } from './page.js';
import { RefusedError, SignedOutError, call } from './server.js';

const list = byId('conversation-list');
const drawer = byId('conversations');
const shade = byId('drawer-shade');
const openButton = byId('open-conversations');
const renameDialog = byId('rename-dialog');
const renameInput = byId('rename-input');
const deleteDialog = byId('delete-dialog');

let chosen = null;
let ifSignedOut = () => {};
let ifRefused = () => {};

/** Brings the list to life. */
export function enableConversations(handlers) {
  ({ ifSignedOut, ifRefused } = handlers);
  list.querySelectorAll('.conversation').forEach(label);
  list.addEventListener('click', onListClick);
  openButton.addEventListener('click', openDrawer);
  byId('close-conversations').addEventListener('click', closeDrawer);
  shade.addEventListener('click', closeDrawer);
  drawer.addEventListener('keydown', (event) => event.key === 'Escape' && closeDrawer());
  renameDialog.querySelector('form').addEventListener('submit', () => rename(chosen, renameInput.value.trim()));
  deleteDialog.querySelector('form').addEventListener('submit', () => remove(chosen));
  document.querySelectorAll('dialog .close').forEach((button) =>
    button.addEventListener('click', () => button.closest('dialog').close()));
}

/** Puts a conversation at the head of the list, as the open one. */
export function addConversation(id, title) {
  const item = document.createElement('li');
  item.className = 'conversation';
  item.dataset.conversation = id;
  const link = document.createElement('a');
  link.href = `${page.context}/?conversation=${id}`;
  link.setAttribute('aria-current', 'page');
  link.textContent = title;
  item.append(link, button('rename'), button('delete'));
  label(item);
  list.prepend(item);
  byId('no-conversations')?.remove();
}

/** Moves a conversation to the head of the list, where the latest is. */
export function raiseConversation(id) {
  const item = list.querySelector(`[data-conversation="${id}"]`);
  if (item && item !== list.firstElementChild) {
    list.prepend(item);
  }
}

function button(kind) {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = `${kind} quiet icon`;
  return made;
}

function label(item) {
  const title = item.querySelector('a').textContent;
  item.querySelector('a').title = title;
  for (const kind of ['rename', 'delete']) {
    const text = words[kind].replace('{0}', title);
    item.querySelector('.' + kind).setAttribute('aria-label', text);
    item.querySelector('.' + kind).title = text;
  }
}

function onListClick(event) {
  const pressed = event.target.closest('button');
  if (!pressed) {
    return;
  }
  chosen = pressed.closest('.conversation');
  const title = chosen.querySelector('a').textContent;
  if (pressed.classList.contains('rename')) {
    renameInput.value = title;
    renameDialog.showModal();
    renameInput.select();
  } else {
    byId('delete-text').textContent = words.deleteQuestion.replace('{0}', title);
    deleteDialog.showModal();
  }
}

async function rename(item, title) {
  await attempt(async () => {
    await call('PUT', `/conversations/${item.dataset.conversation}`, { title });
    item.querySelector('a').textContent = title;
    label(item);
  });
}

async function remove(item) {
  await attempt(async () => {
    await call('DELETE', `/conversations/${item.dataset.conversation}`);
    if (item.dataset.conversation === page.conversation) {
      location.assign(`${page.context}/`);
      return;
    }
    const next = item.nextElementSibling || item.previousElementSibling;
    item.remove();
    (next?.querySelector('a') || byId('new-conversation')).focus();
  });
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    if (error instanceof SignedOutError) {
      ifSignedOut();
    } else {
      ifRefused(error instanceof RefusedError ? error.message : words.offline);
    }
  }
}

function openDrawer() {
  document.body.classList.add('drawer-open');
  shade.hidden = false;
  openButton.setAttribute('aria-expanded', 'true');
  byId('close-conversations').focus();
}

function closeDrawer() {
  if (document.body.classList.contains('drawer-open')) {
    document.body.classList.remove('drawer-open');
    shade.hidden = true;
    openButton.setAttribute('aria-expanded', 'false');
    openButton.focus();
  }
}
