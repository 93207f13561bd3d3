import { Worker } from 'node:worker_threads'
import { AppError } from '../error.ts'
import { createThread, type Outcome, type Thread } from '../thread/thread.ts'
import { shownPath, whereThrown } from './frames.ts'
import type { PageRequest, RenderedPage, TemplateAnswer, TemplateFacts, TemplateRequest } from './template-thread.ts'

/** A compiled template: its name, its source, its module and that of the thread it was compiled with (as URLs). */
export type CompiledTemplate = {
  readonly name: string
  readonly file: string
  readonly module: string
  readonly thread: string
  /** Where compiled templates lie. */
  readonly cacheDir: string
  /** How long it may take, to load and for each mail. */
  readonly deadlineMs: number
}

/** A template that threw or did not end: `message` says why, `where` (`file:line:column`) in which line of its source. */
export class TemplateFailure extends Error {
  readonly where: string | undefined

  constructor(message: string, where: string | undefined, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.where = where
  }
}

/**
 * What a template says of itself.
 * @throws TemplateFailure when its module cannot be loaded, or is no template
 */
export function describeTemplate(template: CompiledTemplate): Promise<TemplateFacts> {
  // Modules are named by their content: what was found out once stays true, and an endless one is waited for once.
  let found = known.get(template.module)
  if (found === undefined) {
    found = ask({ ...request(template), do: 'describe' }, template).then((answer) => expected('facts', answer))
    found.catch(() => undefined)
    known.set(template.module, found)
  }
  return found
}

const known = new Map<string, Promise<TemplateFacts>>()

/**
 * Renders a template in its thread.
 * @throws AppError `invalid_input` when the props do not fit it, or when it throws or does not end, with file and line
 */
export async function renderTemplate(template: CompiledTemplate, page: PageRequest): Promise<RenderedPage> {
  const { name, file } = template
  const answer = await ask({ ...request(template), ...page, do: 'render' }, template).catch((cause) => {
    if (!(cause instanceof TemplateFailure)) throw cause
    const at = cause.where === undefined ? `in ${shownPath(file)}` : `at ${cause.where}`
    throw new AppError('invalid_input', `The template ${name} failed ${at}: ${cause.message}`, { cause })
  })
  if (answer.is === 'refused') {
    const { problems } = answer
    throw new AppError('invalid_input', `This issue does not fit the template ${name}.`, { problems })
  }
  return expected('page', answer)
}

function request({ name, module }: CompiledTemplate): { readonly name: string; readonly module: string } {
  return { name, module }
}

function expected<Is extends TemplateAnswer['is']>(
  is: Is,
  answer: TemplateAnswer,
): Extract<TemplateAnswer, { is: Is }> {
  if (isAnswer(is, answer)) return answer
  throw new Error(`The thread of the templates answered ${answer.is} where ${is} was expected.`)
}

function isAnswer<Is extends TemplateAnswer['is']>(
  is: Is,
  answer: TemplateAnswer,
): answer is Extract<TemplateAnswer, { is: Is }> {
  return answer.is === is
}

const IDLE_MS = 60_000

async function ask(asked: TemplateRequest, template: CompiledTemplate): Promise<TemplateAnswer> {
  const outcome = await threadOf(template.thread)
    .run(asked, template.deadlineMs)
    .catch((cause: Error) => {
      throw new TemplateFailure(cause.message, whereThrown(cause.stack, template.cacheDir), cause)
    })
  if (outcome.kind === 'done') return outcome.answer
  throw notDone(outcome, template)
}

function notDone(
  outcome: Exclude<Outcome<never>, { kind: 'done' }>,
  { cacheDir, deadlineMs }: CompiledTemplate,
): TemplateFailure {
  if (outcome.kind === 'ended') return new TemplateFailure(`it was not finished: ${outcome.why}.`, undefined)
  const seconds = deadlineMs / 1_000
  return outcome.stack === undefined
    ? new TemplateFailure(`it waits for something that did not come within ${seconds} s.`, undefined)
    : new TemplateFailure(`it did not come to an end within ${seconds} s.`, whereThrown(outcome.stack, cacheDir))
}

const threads = new Map<string, Thread<TemplateRequest, TemplateAnswer>>()

/** The thread of a set of templates: one for all that were compiled with the same React, ended when it idles. */
function threadOf(module: string): Thread<TemplateRequest, TemplateAnswer> {
  let thread = threads.get(module)
  if (thread === undefined) {
    thread = createThread(() => startTemplates(module), { idleMs: IDLE_MS })
    threads.set(module, thread)
  }
  return thread
}

/** A template sees no environment, so that the same issue looks the same everywhere. */
function startTemplates(module: string): Worker {
  return new Worker(new URL(module), {
    env: { NODE_ENV: 'production' },
    resourceLimits: { maxOldGenerationSizeMb: 768 },
  })
}
