const find = (id) => document.getElementById(id)
const chosen = {
  template: 'article',
  article: '',
  reader: 'named',
  width: 'wide',
  scheme: 'light',
  pictures: 'off',
  view: 'mail',
  ...Object.fromEntries(new URLSearchParams(location.search)),
}
const BUTTONS = {
  width: { wide: 'wide', narrow: 'narrow' },
  scheme: { light: 'light', dark: 'dark' },
  pictures: { off: 'without pictures', on: 'with pictures' },
  view: { mail: 'Mail', text: 'Text', source: 'Source', headers: 'Headers' },
}
const WIDTHS = { wide: 600, narrow: 320 }
let newest = 0

for (const [name, options] of Object.entries(BUTTONS)) {
  for (const [value, label] of Object.entries(options)) {
    const button = Object.assign(document.createElement('button'), { type: 'button', value, textContent: label })
    button.addEventListener('click', () => choose(name, value))
    document.querySelector(`[data-choice=${name}]`).append(button)
  }
}
for (const select of document.querySelectorAll('select')) {
  select.addEventListener('change', () => choose(select.name, select.value))
}
find('mail').addEventListener('load', fitFrame)

// The connection also comes back after a restart of the server, and what changed meanwhile is asked for.
const changes = new EventSource('/changes')
changes.onopen = show
changes.onmessage = show
changes.onerror = () => tell('The preview server does not answer.')

function choose(name, value) {
  chosen[name] = value
  history.replaceState(null, '', `?${new URLSearchParams(chosen)}`)
  show()
}

async function show() {
  const turn = ++newest
  try {
    showChoices(await ask('/choices'))
    const query = new URLSearchParams({ template: chosen.template, article: chosen.article, reader: chosen.reader })
    const message = await ask(`/message?${query}`)
    if (turn !== newest) return
    showMessage(message)
    showMail(`/mail?${query}&pictures=${chosen.pictures}`)
    const warnings = message.warnings.map(({ where, message }) => `${where}: ${message}`)
    if (!message.ownText) warnings.push('The text part was made from the html: the template writes none.')
    tell(warnings.join(' '))
  } catch (error) {
    if (turn === newest) showError(error.message)
  }
}

async function ask(path) {
  const answer = await fetch(path)
  const body = await answer.json()
  if (answer.ok) return body
  const problems = (body.problems ?? []).map(({ where, message }) => `\n  ${where}: ${message}`)
  throw new Error(body.message + problems.join(''))
}

function showChoices({ templates, broken, articles }) {
  const names = [...templates.map((name) => [name, name]), ...broken.map(({ name }) => [name, `${name} (broken)`])]
  fill('template', names)
  fill('article', [['', 'the template’s sample'], ...articles.map((name) => [name, name])])
  document.querySelector('[name=reader]').value = chosen.reader
  for (const button of document.querySelectorAll('fieldset button')) {
    const { choice } = button.closest('fieldset').dataset
    button.setAttribute('aria-pressed', String(chosen[choice] === button.value))
  }
}

function fill(name, options) {
  const select = document.querySelector(`[name=${name}]`)
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value, false, value === chosen[name])))
}

function showMessage({ subject, preheader, bytes, hash, text, html, headers }) {
  find('facts').hidden = false
  find('subject').textContent = subject
  find('preheader').textContent = preheader
  find('meter').value = bytes
  find('size').textContent = `${(bytes / 1024).toFixed(1)} KB of 100`
  find('hash').textContent = hash.slice(0, 12)
  find('text').textContent = text
  find('source').textContent = html
  find('headers').textContent = headers.map(({ name, value }) => `${name}: ${value}`).join('\n')
  for (const id of ['mail', 'text', 'source', 'headers', 'error']) find(id).hidden = id !== chosen.view
}

function showMail(address) {
  const frame = find('mail')
  frame.dataset.scheme = chosen.scheme
  frame.width = WIDTHS[chosen.width]
  frame.contentWindow.location.replace(address)
}

// As high as the mail, so that the page scrolls and keeps its place when the mail is loaded again.
function fitFrame() {
  const frame = find('mail')
  const page = frame.contentDocument?.documentElement
  if (page) frame.height = Math.ceil(page.getBoundingClientRect().height)
}

function showError(message) {
  find('error').textContent = message
  for (const id of ['mail', 'text', 'source', 'headers']) find(id).hidden = true
  find('error').hidden = false
  find('facts').hidden = true
  tell('')
}

function tell(words) {
  find('state').textContent = words
}
