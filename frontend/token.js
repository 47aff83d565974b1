// The token that lets a browser use the API: asked for on the page, in the form `.token`, and kept.

import { Refused } from "./api.js";
import { find } from "./page.js";

const TOKEN = "reelbucket.token";
const form = find(".token", HTMLFormElement);

/** The token that is kept; empty where there is none. */
export function token() {
  return localStorage.getItem(TOKEN) ?? "";
}

/**
 * Asks for the token where there is none or the server does not take it, and tries again.
 * @template T
 * @param {() => Promise<T>} ask
 * @returns {Promise<T>}
 */
export async function authorised(ask) {
  for (;;) {
    if (!localStorage.getItem(TOKEN)) await askToken("Whoever set the server up has it. This browser keeps it, so you are asked once.");
    const used = localStorage.getItem(TOKEN);
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
      if (localStorage.getItem(TOKEN) === used) localStorage.removeItem(TOKEN); // another request may have a new one already
    }
    await askToken("The server does not take this token. Ask whoever set it up.");
  }
}

/** @param {string} hint */
async function askToken(hint) {
  const field = find("#token", HTMLInputElement);
  find("#token-hint", HTMLElement).textContent = hint;
  form.hidden = false;
  field.focus();
  await new Promise((done) => form.addEventListener("submit", done, { once: true }));
  localStorage.setItem(TOKEN, field.value.trim());
  field.value = "";
  form.hidden = true;
}
form.addEventListener("submit", (event) => event.preventDefault());
