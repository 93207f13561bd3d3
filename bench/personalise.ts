import { fillEdition } from '../src/edition/fill.ts'
import { appendJsonMessage, ByteSink, prepareEdition } from '../src/edition/wire.ts'
import { newId } from '../src/id.ts'
import { inRounds, median } from './rounds.ts'
import { type SamplePage, sampleEdition, sampleLinks, sampleReaders, sampleValues } from './sample.ts'

export type Personalising = {
  /** How many messages are filled into a body while one is rendered. */
  readonly ratio: number
  /** Into a body, in its bytes: what a bulk send does for each recipient. */
  readonly wiredPerSecond: number
  /** Into strings, and those into bytes: what single mail, the web view and the outbox do. */
  readonly filledPerSecond: number
  readonly rendersPerSecond: number
  readonly htmlBytes: number
  readonly textBytes: number
}

const ROUNDS = 7
const RENDERS_A_ROUND = 30
const FILLS_A_ROUND = 3_000

/**
 * One message for one recipient, links with their MACs and escaping included: filled from the edition, against React
 * Email's `render()` and `toPlainText()` of the same template and props. All of them end in bytes: V8 puts off joining
 * strings until somebody looks at them, which would make filling look many times as fast as it is.
 */
export async function personalise(page: SamplePage): Promise<Personalising> {
  const edition = await sampleEdition(page)
  const prepared = prepareEdition(edition)
  const links = sampleLinks()
  const newsletterId = newId<'newsletter'>()
  const readers = sampleReaders(1_000)
  const values = (index: number) => {
    const reader = readers[index % readers.length]
    if (!reader) throw new Error('There are readers.')
    return sampleValues(links, newsletterId, edition, reader)
  }
  const sink = new ByteSink()
  const fill = (index: number) => {
    const { subject, html, text, headers } = fillEdition(edition, values(index))
    return [subject, html, text, ...headers.map(({ value }) => value)].map((part) => Buffer.from(part))
  }
  const wire = (index: number) => {
    sink.clear()
    appendJsonMessage(prepared, values(index), sink)
  }
  const render = (index: number) => renderForOne(page, index)
  const timings = await inRounds(ROUNDS, [
    { times: RENDERS_A_ROUND, work: render },
    { times: FILLS_A_ROUND, work: wire },
    { times: FILLS_A_ROUND, work: fill },
  ])
  const [, html, text] = fill(0)
  const perSecond = (contender: number) => 1_000 / median(timings.map((round) => round[contender] ?? Number.NaN))
  return {
    ratio: median(timings.map(([renderMs = Number.NaN, wireMs = Number.NaN]) => renderMs / wireMs)),
    rendersPerSecond: perSecond(0),
    wiredPerSecond: perSecond(1),
    filledPerSecond: perSecond(2),
    htmlBytes: html?.length ?? 0,
    textBytes: text?.length ?? 0,
  }
}

/** What a worker does that renders for each recipient. */
export async function renderForOne(
  { template, props }: SamplePage,
  index: number,
): Promise<{ readonly html: Buffer; readonly text: Buffer }> {
  const { createElement, render, toPlainText, SlotProvider, SlotSheet } = await import(template.compiled.engine)
  const { default: component } = await import(template.compiled.module)
  const sheet = new SlotSheet(String(9_000_000_000 + index))
  const html = await render(createElement(SlotProvider, { sheet, children: createElement(component, props) }))
  return { html: Buffer.from(html), text: Buffer.from(toPlainText(html, {})) }
}
