// What every script needs of its page.

/**
 * Finds an element that the page must have. Throws Error naming it where it is missing or of another kind.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @param {ParentNode} root
 * @returns {T}
 */
export function find(selector, kind, root = document) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** An element with a text, never markup: users write such texts. @param {string} name @param {string} text @param {string} className */
export function element(name, text, className = "") {
  return Object.assign(document.createElement(name), { textContent: text, className });
}
