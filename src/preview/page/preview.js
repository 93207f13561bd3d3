import { fillPanel, showFailure } from './panels.js'

const find = (id) => document.getElementById(id)
const choice = find('choice')
const frame = find('mail')
const slots = new Map()
const MAIL_ONLY = ['view', 'width']
let newest = 0
// News that came, and news that is in what the page shows: a mail that was asked for before may still load meanwhile.
let saved
let shown

readAddress()
// Half of the form stands elsewhere on the page, where its events do not come by it.
document.addEventListener('change', ({ target }) => {
  if (target.form === choice) look()
  else if (target.dataset.slot) fillSlot(target.dataset.slot, target.value)
})
choice.addEventListener('submit', (event) => event.preventDefault())
find('test').addEventListener('submit', sendTest)
frame.addEventListener('load', fitFrame)
find('panel').addEventListener(
  'click',
  ({ target }) => target.dataset.branch && takeBranch(JSON.parse(target.dataset.branch)),
)
addEventListener('popstate', () => {
  choice.reset()
  readAddress()
  show()
})

// The connection also comes back after a restart of the server, and what changed meanwhile is asked for.
const news = new EventSource('/news')
news.onopen = () => show()
news.onmessage = ({ data }) => {
  saved = JSON.parse(data)
  show()
}
news.onerror = () => tell('The preview server does not answer.')

/** The address says all that is chosen: it can be kept, sent and reloaded. */
function readAddress() {
  slots.clear()
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith('slot.')) slots.set(name, value)
    const field = choice.elements[name]
    if (!field) continue
    if (field.tagName === 'SELECT') pick(field, value)
    else if (field.type === 'checkbox') field.checked = value === field.value
    else if ([...field].some((option) => option.value === value)) field.value = value
  }
}

// What is not offered, or not yet, stays chosen.
function pick(select, value) {
  if (![...select.options].some((option) => option.value === value)) select.add(new Option(value, value))
  select.value = value
}

function query(...without) {
  const all = new URLSearchParams(new FormData(choice))
  for (const [name, value] of slots) all.set(name, value)
  for (const name of without) all.delete(name)
  return all
}

function look() {
  history.pushState(null, '', `?${query()}`)
  show()
}

function fillSlot(name, value) {
  slots.set(`slot.${name}`, value)
  look()
}

function takeBranch(attributes) {
  for (const [name, value] of Object.entries(attributes)) slots.set(`slot.${name}`, value)
  choice.elements.view.value = 'mail'
  look()
}

async function show() {
  const turn = ++newest
  let state
  try {
    state = await ask(`/state?${query(...MAIL_ONLY)}`)
  } catch (error) {
    return tell(error.message)
  }
  if (turn !== newest) return
  shown = saved
  const { choices, mail } = state
  if (choices.is === 'here') showChoices(choices.it)
  const why = mail.why ?? choices.why
  showFailure(find('failure'), why)
  for (const part of document.querySelectorAll('[data-when=mail]')) part.hidden = why !== undefined
  find('panel').hidden = why !== undefined
  if (why) return tell('There is no mail to see.')
  showFacts(mail.it)
  showPanel(mail.it)
}

async function ask(path, options) {
  const answer = await fetch(path, options).catch(() => undefined)
  if (answer === undefined) throw new Error('The preview server does not answer.')
  const body = await answer.json()
  if (answer.ok) return body
  throw new Error([body.message, ...(body.problems ?? []).map(({ message }) => message)].join(' '))
}

function showChoices({ templates, articles, readers, languages, test }) {
  offer(
    'template',
    templates.map(({ name, isBroken }) => [name, isBroken ? `${name} (broken)` : name]),
    'article',
  )
  offer('article', [['', 'the template’s sample'], ...articles.map((name) => [name, name])])
  offer(
    'reader',
    readers.map(({ id, label }) => [id, label]),
  )
  const named = new Intl.DisplayNames('en', { type: 'language' })
  offer('language', [
    ['', 'the reader’s, or the newsletter’s'],
    ...languages.map((tag) => [tag, `${named.of(tag)} (${tag})`]),
  ])
  document.querySelector('[data-test=provider]').hidden = !test.leavesMachine
  find('mailbox').textContent = test.leavesMachine
    ? `Goes out through ${test.provider}, really.`
    : `Nothing leaves this machine: kept in ${test.folder}.`
}

function offer(name, options, first = options[0][0]) {
  const select = choice.elements[name]
  const chosen = select.value || new URLSearchParams(location.search).get(name) || first
  const same =
    select.options.length === options.length &&
    options.every(([value, label], at) => select.options[at].value === value && select.options[at].label === label)
  if (!same) select.replaceChildren(...options.map(([value, label]) => new Option(label, value)))
  pick(select, chosen)
}

function showFacts({ kind, subject, preheader, bytes, hash, locale, headers, findings }) {
  for (const part of document.querySelectorAll('[data-for=issue]')) part.hidden = kind !== 'issue'
  find('from').textContent = headers[0].value.replace(/ <.*/, '')
  find('subject').textContent = subject
  find('preheader').textContent = preheader
  find('lengths').textContent = `Subject ${characters(subject)}, preheader ${characters(preheader)} characters.`
  find('meter').value = bytes.most
  find('meter').textContent = kilobytes(bytes.most)
  const limit =
    bytes.most > 100_000
      ? ' Gmail cuts it off; it cannot be sent.'
      : bytes.most > 80_000
        ? ' Close to where Gmail cuts mail off.'
        : ''
  find('size').textContent =
    `${kilobytes(bytes.now)} for this reader, ${kilobytes(bytes.most)} at most. 80 is much, 100 the end.${limit} Text ${kilobytes(bytes.text)}.`
  const counts = ['error', 'warning'].map((grade) => [
    findings.filter(({ severity }) => severity === grade).length,
    grade,
  ])
  const found = counts.filter(([amount]) => amount > 0)
  find('verdict').textContent = found.map(([amount, grade]) => number(amount, grade)).join(', ') || 'Nothing to mend.'
  find('count').textContent = found.reduce((total, [amount]) => total + amount, 0)
  find('count').hidden = found.length === 0
  find('count').dataset.worst = found[0]?.[1]
  document.title = `${subject} · Pressroom preview`
  find('hash').textContent = `Edition ${hash.slice(0, 12)} in ${locale}`
}

function showPanel(mail) {
  const { value: view } = choice.elements.view
  const isMail = view === 'mail'
  frame.hidden = !isMail
  find('panel').setAttribute('aria-label', `View: ${view}`)
  fillPanel(find('words'), view, mail, query(...MAIL_ONLY))
  if (isMail) showMail()
  else told()
}

function showMail() {
  frame.dataset.scheme = choice.elements.scheme.value
  frame.width = choice.elements.width.value
  frame.contentWindow.location.replace(`/mail?${query(...MAIL_ONLY)}`)
}

// As high as the mail, so that the page scrolls and keeps its place when the mail is loaded again.
function fitFrame() {
  const page = frame.contentDocument?.documentElement
  if (!page || frame.contentWindow.location.href === 'about:blank') return
  frame.height = Math.max(200, Math.ceil(page.getBoundingClientRect().height))
  told()
}

/** After a change: what was saved, and how long that took to be seen. */
function told() {
  if (shown === undefined) return tell('Follows what you save.')
  const [first, ...others] = shown.files
  tell(
    `${first}${others.length ? ` and ${number(others.length, 'other')}` : ''}: seen after ${Math.max(0, Math.round(Date.now() - shown.at))} ms.`,
  )
  shown = undefined
  saved = undefined
}

async function sendTest(event) {
  event.preventDefault()
  const { to, newsletter } = event.target.elements
  find('sent').textContent = 'Sending…'
  const body = JSON.stringify({ to: to.value, ...(newsletter.value.trim() ? { newsletter: newsletter.value } : {}) })
  const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  try {
    const { detail } = await ask(`/test?${query(...MAIL_ONLY)}`, asked)
    find('sent').textContent = detail
  } catch (error) {
    find('sent').textContent = error.message
  }
}

function tell(words) {
  find('state').textContent = words
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} KB`
}

function characters(text) {
  return [...new Intl.Segmenter().segment(text)].length
}

function number(amount, what) {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`
}
