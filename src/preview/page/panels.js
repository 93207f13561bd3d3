/** Fills the panel for everything but the mail itself. */
export function fillPanel(place, view, mail, query) {
  const make = PANELS[view]
  place.replaceChildren(...(make ? make(mail, query) : []))
}

/** Shows why there is no mail, with the lines of the file; without a reason, nothing. */
export function showFailure(place, why) {
  place.hidden = why === undefined
  if (why === undefined) return place.replaceChildren()
  const problems = why.problems.map(({ where, message }) =>
    element('li', {}, [element('code', {}, where), ` ${message}`]),
  )
  place.replaceChildren(
    element('h2', {}, 'There is no mail to see'),
    element('p', {}, why.message),
    ...(problems.length ? [element('ul', {}, problems)] : []),
    ...(why.lines ? [element('pre', {}, why.lines.map(sourceLine))] : []),
  )
}

const PANELS = {
  text: ({ text }) => [sheet([element('pre', { dir: 'auto' }, text)])],
  source: ({ html }) => [sheet([element('pre', {}, html)])],
  headers: ({ headers }) => [
    sheet([
      table(
        ['Header', 'Value'],
        headers.map(({ name, value }) => [name, element('code', {}, value)]),
      ),
    ]),
  ],
  checks: ({ findings }) => [
    sheet(
      findings.length
        ? [element('ul', { class: 'findings' }, findings.map(finding))]
        : [element('p', {}, 'No check has anything to say against this mail.')],
    ),
  ],
  slots: ({ slots, conditions }) => [
    sheet([element('h2', {}, 'Slots'), slotTable(slots)]),
    sheet([
      element('h2', {}, 'Conditions'),
      conditions.length
        ? table(['Block', 'This reader', 'Shown when it holds', 'Otherwise'], conditions.map(conditionRow))
        : element('p', {}, 'Every reader sees the same blocks.'),
    ]),
  ],
  branches: ({ matrix }, query) => [
    element('p', {}, describeMatrix(matrix)),
    element(
      'div',
      { class: 'cards' },
      matrix.branches.map((branch) => card(branch, matrix.conditions, query)),
    ),
  ],
}

function sourceLine({ number, text, isFault }) {
  const line = `${String(number).padStart(5)}  ${text}`
  return isFault ? element('mark', {}, `${line}\n`) : `${line}\n`
}

function finding({ rule, severity, message, where, mend }) {
  return element('li', { 'data-severity': severity }, [
    element('span', { class: 'severity' }, severity),
    element('code', {}, rule),
    element('div', {}, message),
    element('code', { class: 'fine' }, where),
    element('p', { class: 'fine' }, mend),
  ])
}

function slotTable(slots) {
  const rows = slots.map(({ name, kind, fallbacks, value, places }) => [
    element('code', {}, name),
    kind === 'url'
      ? element('code', {}, value)
      : element('input', { value, dir: 'auto', 'data-slot': name, 'aria-label': `Value of ${name}` }),
    kind === 'url'
      ? 'none: a link must be there'
      : fallbacks.map((text) => (text === '' ? 'nothing' : `“${text}”`)).join(', '),
    Object.entries(places)
      .map(([part, times]) => (times > 1 ? `${part} ${times}×` : part))
      .join(', '),
  ])
  return table(['Slot', 'For this reader', 'Fallback', 'Where'], rows)
}

function conditionRow({ attribute, is, holds, shown, otherwise }) {
  const words = (text, counts) =>
    element('span', { dir: 'auto' }, [counts ? element('strong', {}, text || 'nothing') : text || 'nothing'])
  return [
    element('code', {}, question({ attribute, is })),
    holds ? 'holds' : 'does not hold',
    words(shown, holds),
    words(otherwise, !holds),
  ]
}

function describeMatrix({ conditions, branches, isComplete }) {
  if (conditions.length === 0) return 'Every reader gets the same mail, but for names and links.'
  const more = isComplete ? '' : ', and more that are not shown'
  return `${branches.length} different mails can come of this edition${more}. The one this reader gets is framed.`
}

function card({ attributes, holds, subject, bytes, isReaders }, conditions, query) {
  const address = new URLSearchParams(query)
  for (const [name, value] of Object.entries(attributes)) address.set(`slot.${name}`, value)
  const facts = conditions.flatMap((condition, at) => [
    element('dt', {}, element('code', {}, question(condition))),
    element('dd', {}, holds[at] ? 'holds' : 'does not hold'),
  ])
  const title = conditions
    .map((condition, at) => `${question(condition)} ${holds[at] ? 'holds' : 'does not hold'}`)
    .join(', ')
  return element('article', { class: isReaders ? 'card own' : 'card' }, [
    element('div', {}, [
      element('b', { dir: 'auto' }, subject),
      element('dl', {}, facts),
      element('p', { class: 'fine' }, `${(bytes / 1000).toFixed(1)} KB`),
      element(
        'button',
        { class: 'quiet', type: 'button', 'data-branch': JSON.stringify(attributes) },
        'Look at this one',
      ),
    ]),
    element('div', { class: 'window' }, [
      element('iframe', {
        title: `The mail when ${title || 'nothing is asked'}`,
        sandbox: 'allow-same-origin allow-popups allow-popups-to-escape-sandbox',
        loading: 'lazy',
        'data-scheme': address.get('scheme'),
        src: `/mail?${address}`,
      }),
    ]),
  ])
}

function question({ attribute, is }) {
  return is === undefined ? `has ${attribute}` : `${attribute} is “${is}”`
}

function sheet(children) {
  return element('section', { class: 'sheet' }, children)
}

function table(heads, rows) {
  return element('table', {}, [
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        heads.map((head) => element('th', { scope: 'col' }, head)),
      ),
    ),
    element(
      'tbody',
      {},
      rows.map((cells) =>
        element(
          'tr',
          {},
          cells.map((cell) => element('td', {}, cell)),
        ),
      ),
    ),
  ])
}

/** Text only ever becomes text: what a mail or a reader holds cannot become part of this page. */
function element(name, attributes, children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...(Array.isArray(children) ? children : children === undefined ? [] : [children]))
  return made
}
