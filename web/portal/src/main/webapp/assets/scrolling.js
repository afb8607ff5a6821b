// Keeps the end of the conversation in view, unless the reader has scrolled away from it.

const NEAR_END_PIXELS = 48;

/** Follows the content of a scrolling element; the button brings the reader back to its end. */
export function followEnd(scroller, content, button) {
  let following = true;
  const toEnd = () => { scroller.scrollTop = scroller.scrollHeight; };
  scroller.addEventListener('scroll', () => {
    following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PIXELS;
    button.hidden = following;
  });
  button.addEventListener('click', toEnd);
  new ResizeObserver(() => following && toEnd()).observe(content);
  toEnd();
  return () => { following = true; toEnd(); };
}
