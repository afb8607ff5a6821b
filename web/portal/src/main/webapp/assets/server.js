// Calls to the portal's endpoints. A session that ended is told apart from every other failure.

import { page } from './page.js';

/** The session has ended, or this page belongs to an earlier one: only signing in again helps. */
export class SignedOutError extends Error {}

/** The server refused, and says why in the reader's language. */
export class RefusedError extends Error {
  constructor(message, kind) {
    super(message);
    this.kind = kind;
  }
}

/** Calls an endpoint; resolves with the response if it succeeded. */
export async function call(method, path, body, signal) {
  const response = await fetch(page.context + path, {
    method,
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': page.csrf },
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: 'manual',
    signal,
  });
  // Without a session the server redirects to the sign-in page, which a script must not follow.
  if (response.type === 'opaqueredirect' || response.status === 401) {
    throw new SignedOutError();
  }
  if (!response.ok) {
    const refusal = await response.json().catch(() => ({}));
    if (refusal.kind === 'STALE_PAGE') {
      throw new SignedOutError();
    }
    throw new RefusedError(refusal.message || response.statusText, refusal.kind);
  }
  return response;
}

/** The server-sent events of a response, as {name, data}. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    waiting += value;
    const whole = waiting.split('\n\n');
    waiting = whole.pop();
    for (const lines of whole) {
      const event = parse(lines);
      if (event) {
        yield event;
      }
    }
  }
}

function parse(lines) {
  const fields = lines.split('\n');
  const name = fields.find((line) => line.startsWith('event: '));
  const data = fields.filter((line) => line.startsWith('data: ')).map((line) => line.slice('data: '.length));
  // What has neither is a heartbeat.
  return name && { name: name.slice('event: '.length), data: JSON.parse(data.join('\n')) };
}
