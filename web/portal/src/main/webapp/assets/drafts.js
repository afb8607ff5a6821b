// Keeps what is being typed for as long as the tab is open, so that no reload and no sign-in loses it.

const keyOf = (conversation) => 'draft:' + (conversation || 'new');

export const drafts = {
  load: (conversation) => sessionStorage.getItem(keyOf(conversation)) || '',
  save: (conversation, text) => {
    if (text) {
      sessionStorage.setItem(keyOf(conversation), text);
    } else {
      sessionStorage.removeItem(keyOf(conversation));
    }
  },
};
