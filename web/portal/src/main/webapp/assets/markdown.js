// Turns Markdown into HTML that holds no markup of the writer's own: raw HTML stays text, and a link goes to the web or
// to an e-mail address or nowhere. It knows no document, so that it can be tested without a browser.

const SAFE_LINK = /^(https?:\/\/|mailto:)/i;
const LOWEST_HEADING = 6;

// The page's own headings come first, so an answer's begin at the third level.
const HEADING_SHIFT = 2;

/** A renderer made with the markdown-it library: a function from Markdown to HTML. */
export function createRenderer(markdownit) {
  const md = markdownit({ html: false, linkify: true, breaks: false });
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  md.validateLink = (url) => SAFE_LINK.test(url.trim());
  md.core.ruler.push('intramuros', (state) => state.tokens.forEach(adapt));
  md.renderer.rules.image = renderImage;
  return (text) => md.render(text);
}

function adapt(token) {
  if (token.type === 'heading_open' || token.type === 'heading_close') {
    token.tag = 'h' + Math.min(LOWEST_HEADING, Number(token.tag.slice(1)) + HEADING_SHIFT);
  } else if (token.type === 'th_open' || token.type === 'td_open') {
    alignByClass(token);
  }
  (token.children || []).filter((child) => child.type === 'link_open').forEach(openElsewhere);
}

// The page's policy forbids style attributes, which is how the library aligns cells.
function alignByClass(token) {
  const style = token.attrGet('style');
  if (style) {
    token.attrs = token.attrs.filter(([name]) => name !== 'style');
    token.attrSet('class', style.replace('text-align:', 'align-'));
  }
}

function openElsewhere(token) {
  token.attrSet('target', '_blank');
  token.attrSet('rel', 'noopener noreferrer nofollow');
}

// An image would tell another server who reads this answer and when: it is shown as a link to it.
function renderImage(tokens, index, options, env, self) {
  const token = tokens[index];
  const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
  const url = token.attrGet('src');
  const label = self.renderInlineAsText(token.children, options, env) || url;
  return `<a href="${escape(url)}" target="_blank" rel="noopener noreferrer nofollow">${escape(label)}</a>`;
}
