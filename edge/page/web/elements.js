export function byId(id) {
  return document.getElementById(id);
}

/** A new element; texts become text nodes, so nothing that a device or a person wrote is ever markup. */
export function element(tag, attributes = {}, ...children) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') created.addEventListener('click', value);
    else created.setAttribute(name, value);
  }
  created.append(...children);
  return created;
}

const renderedFrom = new WeakMap();

/**
 * Make the children of `list` show `items`, one each, in order. An item that reads as before keeps
 * its element, and with it the focus and the finger that is about to press its button; live regions
 * then announce only what is new.
 */
export function renderList(list, items, keyOf, create) {
  const before = new Map([...list.children].map(child => [child.dataset.key, child]));
  const children = items.map(item => {
    const key = keyOf(item);
    const source = JSON.stringify(item);
    const known = before.get(key);
    if (known && renderedFrom.get(known) === source) return known;
    const child = create(item);
    child.dataset.key = key;
    renderedFrom.set(child, source);
    known?.replaceWith(child);
    return child;
  });
  const wanted = new Set(children);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  for (const [index, child] of children.entries()) {
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  }
}

/** Forget what is on the page, so that the next picture is drawn whole: the words have changed. */
export function clearList(list) {
  list.replaceChildren();
}
