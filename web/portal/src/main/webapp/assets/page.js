// What the page's scripts share: its elements, what the server wrote into it, and its texts.

export const byId = (id) => document.getElementById(id);

/** Context path, CSRF token and the open conversation. */
export const page = byId('chat').dataset;

/** The texts in the reader's language. */
export const words = byId('texts').dataset;
