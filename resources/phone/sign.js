// Signing in.
import { say, language, setLanguage } from './words.js';
import { h } from './ui.js';
import { ask, StoreError, isPassing } from './net.js';

function wordFor(error) {
  if (error instanceof StoreError && error.status === 429)
    return say('sign.wait', { n: error.retryAfter || 1 });
  if (isPassing(error))
    return say('sign.offline');
  return error.status === 403 && error.code === 'not_allowed' ? say('sign.role') : error.status === 401 ? say('sign.wrong') : error.message;
}

/** The form; `reason` is shown above it, `onIn()` is called once the cookie is here. */
export function signPage(reason, onIn) {
  const login = h('input', { id: 'login', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true, enterkeyhint: 'next' });
  const password = h('input', { id: 'password', type: 'password', autocomplete: 'current-password', required: true, enterkeyhint: 'go' });
  const button = h('button.primary', { type: 'submit' }, say('sign.in')), problem = h('p.error', { role: 'alert' });
  const form = h('form.sign', { onsubmit: async event => {
    event.preventDefault();
    button.disabled = true;
    button.textContent = say('sign.busy');
    problem.textContent = '';
    try {
      await ask('POST', '/v1/phone/session', { login: login.value.trim(), password: password.value, device: navigator.userAgentData?.platform || 'phone' });
      await onIn();
    } catch (error) {
      problem.textContent = wordFor(error);
      password.select();
    }
    button.disabled = false;
    button.textContent = say('sign.in');
  } }, h('img.logo', { src: 'icon.svg', alt: '', width: '96', height: '96' }), h('h1', {}, say('app')), h('p.dim', {}, say('sign.title')),
  reason && h('p.notice', {}, reason),
  h('div.field', {}, h('label', { for: 'login' }, say('sign.login')), login),
  h('div.field', {}, h('label', { for: 'password' }, say('sign.password')), password), problem, button,
  h('button.plain', { type: 'button', lang: language === 'ru' ? 'en' : 'ru', 'data-language': 'other', onclick: () => setLanguage(language === 'ru' ? 'en' : 'ru') }, language === 'ru' ? 'English' : 'Русский'));
  return form;
}
