import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Clock } from '../clock.ts'
import { AppError } from '../error.ts'
import { type Bundle, bundleTemplates, PACKAGE_ROOT, type TemplateFile } from './bundle.ts'
import { shownPath } from './frames.ts'
import type { PageRequest, RenderedPage, TemplateFacts } from './template-thread.ts'
import { type CompiledTemplate, describeTemplate, renderTemplate, TemplateFailure } from './template-work.ts'

/** A template that can be rendered. It is run in a thread of its own and never in this one, whatever it does. */
export type LoadedTemplate = TemplateFacts & {
  readonly name: string
  /** Its source, absolute. */
  readonly file: string
  /** Props in its PreviewProps that no mail is given: what it shows of them in a preview will be missing from a send. */
  readonly ownProps: readonly string[]
  /** The URL of its compiled module, and of the React that it was compiled with. */
  readonly compiled: { readonly module: string; readonly engine: string }
  /** @throws AppError `invalid_input` when the props do not fit it, or when it throws or does not end */
  render(request: PageRequest): Promise<RenderedPage>
}

/** A template that cannot be used, and why: `file:line:column: message` where that is known. */
export type BrokenTemplate = { readonly name: string; readonly file: string; readonly error: string }

/** All templates of an installation as they were when they were loaded. */
export type TemplateSet = {
  /** Sorted; the broken ones are not among them. */
  readonly names: readonly string[]
  readonly broken: readonly BrokenTemplate[]
  /** Every file that was compiled, wherever it lies, but those of packages; absolute. */
  readonly sources: readonly string[]
  /** @throws AppError `not_found` with the names that exist, or `invalid_input` with what is wrong with the template */
  get(name: string): LoadedTemplate
  /** The templates as they are now; this set stays as it is. */
  reload(): Promise<TemplateSet>
}

export type TemplateFolders = {
  /** The user's templates (EMAILS_DIR). They shadow ours by name. */
  readonly emailsDir?: string | undefined
  /** Where compiled templates are kept, across processes and restarts. */
  readonly cacheDir: string
  /** How long a template may take, to load and for each mail: 10 s, ten times what the longest issue takes. */
  readonly deadlineMs?: number | undefined
}

/**
 * Compiles and loads every `.tsx` and `.jsx` with a default export, ours and the user's. A template's name is its path
 * without extension and without a leading `templates/`, folders joined by `/`. Folders for other things are passed over:
 * `components`, `static`, `node_modules` and those whose name begins with `_` or `.`. One that does not compile, or
 * throws on import, is listed as broken; it is refused only when it is used.
 */
export async function loadTemplates(folders: TemplateFolders): Promise<TemplateSet> {
  const cacheDir = resolve(folders.cacheDir)
  const files = await templateFiles(folders.emailsDir)
  const bundle = await bundleTemplates(files, cacheDir)
  const limits = { cacheDir, deadlineMs: folders.deadlineMs ?? 10_000 }
  const loaded = await Promise.all(files.map((file) => loadTemplate(file, bundle, limits)))
  return templateSet(loaded, bundle.own, () => loadTemplates(folders))
}

async function loadTemplate(
  { name, path }: TemplateFile,
  bundle: Bundle,
  limits: Pick<CompiledTemplate, 'cacheDir' | 'deadlineMs'>,
): Promise<LoadedTemplate | BrokenTemplate> {
  const module = bundle.modules[name]
  if (module === undefined) return { name, file: path, error: bundle.failures.get(name) ?? 'It was not compiled.' }
  const compiled: CompiledTemplate = {
    ...limits,
    name,
    file: path,
    module: urlOf(module),
    thread: urlOf(bundle.thread),
  }
  try {
    const facts = await describeTemplate(compiled)
    return {
      ...facts,
      ownProps: facts.sampleProps.filter((prop) => !GIVEN[facts.kind].includes(prop)),
      name,
      file: path,
      compiled: { module: compiled.module, engine: urlOf(bundle.engine) },
      render: (request) => renderTemplate(compiled, request),
    }
  } catch (error) {
    if (!(error instanceof TemplateFailure)) throw error
    return { name, file: path, error: `${error.where ?? shownPath(path)}: ${error.message}` }
  }
}

const GIVEN: Readonly<Record<TemplateFacts['kind'], readonly string[]>> = {
  issue: ['newsletter', 'issue', 'articles'],
  single: ['newsletter', 'subject', 'preheader'],
}

function urlOf(path: string): string {
  return pathToFileURL(path).href
}

const LOOK_AGAIN_MS = 1_000

/**
 * The templates as they are whenever they are asked for: loaded once, and again when one of their sources has changed,
 * or a file was added or taken away. While they cannot be loaded again, those before are given. Looks at most once a
 * second.
 */
export function followTemplates(folders: TemplateFolders, clock: Clock): () => Promise<TemplateSet> {
  let current: Promise<TemplateSet> | undefined
  let seen = ''
  let lookedAt = Number.NEGATIVE_INFINITY
  const look = async (before: TemplateSet | undefined) => {
    if (before !== undefined && (await stampOf(folders, before)) === seen) return before
    const loading = loadTemplates(folders)
    const set = await (before === undefined ? loading : loading.catch(() => before))
    seen = await stampOf(folders, set)
    return set
  }
  return () => {
    const now = clock.now().getTime()
    // Whoever comes meanwhile shares the look, and the loading: in a rush each would compile everything.
    if (current === undefined || now - lookedAt >= LOOK_AGAIN_MS) {
      lookedAt = now
      current = Promise.resolve(current?.catch(() => undefined)).then(look)
    }
    return current
  }
}

/** What there is to be loaded, and when each source was written. */
async function stampOf(folders: TemplateFolders, { sources }: TemplateSet): Promise<string> {
  const files = await templateFiles(folders.emailsDir).catch(() => [])
  const paths = new Set([...files.map(({ path }) => path), ...sources])
  const stamps = [...paths].map(async (path) => {
    const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }))
    return `${path} ${mtimeMs} ${size}`
  })
  return (await Promise.all(stamps)).join('\n')
}

/** Where our own templates lie. */
export const BUILT_IN_EMAILS = join(PACKAGE_ROOT, 'emails')

function templateSet(
  all: readonly (LoadedTemplate | BrokenTemplate)[],
  sources: readonly string[],
  reload: () => Promise<TemplateSet>,
): TemplateSet {
  const broken = all.filter((one) => 'error' in one)
  const names = all.flatMap((one) => ('error' in one ? [] : [one.name]))
  return {
    names,
    broken,
    sources,
    reload,
    get(name) {
      const found = all.find((one) => one.name === name)
      if (found === undefined) {
        throw new AppError('not_found', `There is no template ${name}. There are: ${names.join(', ')}.`)
      }
      if ('error' in found) throw new AppError('invalid_input', `The template ${name} cannot be used: ${found.error}`)
      return found
    },
  }
}

async function templateFiles(emailsDir: string | undefined): Promise<readonly TemplateFile[]> {
  const byName = new Map<string, TemplateFile>()
  for (const folder of [BUILT_IN_EMAILS, ...(emailsDir === undefined ? [] : [resolve(emailsDir)])]) {
    for (const file of await filesIn(folder)) byName.set(file.name, file)
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function filesIn(folder: string): Promise<readonly TemplateFile[]> {
  if (!existsSync(folder)) throw new AppError('config_invalid', `The templates' folder ${folder} does not exist.`)
  const files: TemplateFile[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const within = relative(folder, path).split(sep)
    if (!entry.isFile() || !/\.[jt]sx$/.test(path) || within.some((part) => FOR_OTHER_THINGS.test(part))) continue
    if (DEFAULT_EXPORT.test(await readFile(path, 'utf8'))) files.push({ name: nameOf(within), path })
  }
  return files
}

const FOR_OTHER_THINGS = /^(?:components|static|node_modules|[._].*)$/
const DEFAULT_EXPORT = /^\s*export\s+default\b|^\s*export\s*\{[^}]*\bdefault\b/m

function nameOf(within: readonly string[]): string {
  const path = within[0] === 'templates' ? within.slice(1) : within
  return path.join('/').replace(/\.[jt]sx$/, '')
}
