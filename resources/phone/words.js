// The texts of the page, by their keys: Russian, or English for whoever wants it so. Chosen by the phone, or by hand.
import { ru } from './ru.js';
import { en } from './en.js';

const KEY = 'language', tables = { ru, en };

export const language = tables[localStorage.getItem(KEY)] ? localStorage.getItem(KEY) : /^(ru|$)/.test(navigator.language ?? '') ? 'ru' : 'en';

/** Everything is drawn anew, and numbers and times with it. */
export function setLanguage(code) {
  if (code === language)
    return;
  localStorage.setItem(KEY, code);
  location.reload();
}

const table = tables[language];

/** The text of `key`, its {names} filled in from `values`. */
export function say(key, values) {
  const text = table[key] ?? key;
  return values ? text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all) : text;
}

/** The text of `key`, or undefined when there is none: for codes that a newer store may know. */
export const sayIf = key => table[key];
