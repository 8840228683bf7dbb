// Small words for building and placing elements.

export function make(tag, className, attributes = {}, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

export function move(element, x, y, width, height) {
  element.style.transform = `translate(${x}px, ${y}px)`;
  if (width !== undefined) element.style.width = `${width}px`;
  if (height !== undefined) element.style.height = `${height}px`;
}

export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

/** Call `over` with the element under the pointer until the button is let go, then `done`. */
export function drag(over, done = () => {}) {
  const moved = (event) => {
    const target = document.elementFromPoint(event.clientX, event.clientY);
    if (target) over(target);
  };
  const released = () => {
    removeEventListener("mousemove", moved);
    removeEventListener("mouseup", released);
    done();
  };
  addEventListener("mousemove", moved);
  addEventListener("mouseup", released);
}
