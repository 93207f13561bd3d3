import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ComponentType, ReactElement, ReactNode } from 'react'
import { type Template, templateFrom } from '../../emails/registry.ts'
import type { SlotSheet } from '../../emails/slots.tsx'
import { AppError } from '../error.ts'
import { bundleTemplates, PACKAGE_ROOT, type TemplateFile } from './bundle.ts'
import { whereThrown } from './frames.ts'

/** React and React Email as the templates of one set use them. */
export type Engine = {
  readonly createElement: <Props extends object>(type: ComponentType<Props>, props: Props) => ReactElement
  readonly render: (element: ReactElement) => Promise<string>
  readonly toPlainText: (html: string, options: object) => string
  readonly SlotProvider: ComponentType<{ sheet: SlotSheet; children: ReactNode }>
  readonly SlotSheet: new (nonce: string) => SlotSheet
}

/** A template that can be rendered. */
export type LoadedTemplate = Template & {
  /** Its source, absolute. */
  readonly file: string
  readonly engine: Engine
  /** Where in the template's source an error was thrown, `file:line:column`. */
  readonly whereThrown: (error: unknown) => string | undefined
}

/** A template that cannot be used, and why: `file:line:column: message` where that is known. */
export type BrokenTemplate = { readonly name: string; readonly file: string; readonly error: string }

/** All templates of an installation as they were when they were loaded. */
export type TemplateSet = {
  /** Sorted; the broken ones are not among them. */
  readonly names: readonly string[]
  readonly broken: readonly BrokenTemplate[]
  /** @throws AppError `not_found` with the names that exist, or `invalid_input` with what is wrong with the template */
  get(name: string): LoadedTemplate
  /** The templates as they are now; this set stays as it is. */
  reload(): Promise<TemplateSet>
}

export type TemplateFolders = {
  /** The user's templates (EMAILS_DIR): its `templates/` if it has one, else all of it. They shadow ours by name. */
  readonly emailsDir?: string | undefined
  /** Where compiled templates are kept, across processes and restarts. */
  readonly cacheDir: string
}

/**
 * Compiles and loads every `.tsx` with a default export, ours and the user's. A template's name is its path without
 * extension, folders joined by `/`. One that does not compile, or throws on import, is listed as broken; it is
 * refused only when it is used.
 */
export async function loadTemplates(folders: TemplateFolders): Promise<TemplateSet> {
  const cacheDir = resolve(folders.cacheDir)
  const files = await templateFiles(folders.emailsDir)
  const bundle = await bundleTemplates(files, cacheDir)
  const engine: Engine = await import(/* @vite-ignore */ pathToFileURL(bundle.engine).href)
  const loaded = new Map<string, LoadedTemplate>()
  const broken: BrokenTemplate[] = []
  for (const { name, path } of files) {
    try {
      const module = bundle.modules[name]
      if (module === undefined) throw new Error(bundle.failures.get(name))
      const template = templateFrom(name, await import(/* @vite-ignore */ pathToFileURL(module).href))
      loaded.set(name, { ...template, file: path, engine, whereThrown: (error) => whereThrown(error, cacheDir) })
    } catch (error) {
      broken.push({ name, file: path, error: describe(error, cacheDir) })
    }
  }
  return templateSet(loaded, broken, () => loadTemplates(folders))
}

/** Where our own templates lie. */
export const BUILT_IN_EMAILS = join(PACKAGE_ROOT, 'emails')

function templateSet(
  loaded: ReadonlyMap<string, LoadedTemplate>,
  broken: readonly BrokenTemplate[],
  reload: () => Promise<TemplateSet>,
): TemplateSet {
  const names = [...loaded.keys()].sort()
  return {
    names,
    broken,
    reload,
    get(name) {
      const template = loaded.get(name)
      if (template !== undefined) return template
      const why = broken.find((other) => other.name === name)
      if (why !== undefined) throw new AppError('invalid_input', `The template ${name} cannot be used: ${why.error}`)
      throw new AppError('not_found', `There is no template ${name}. There are: ${names.join(', ')}.`)
    },
  }
}

async function templateFiles(emailsDir: string | undefined): Promise<readonly TemplateFile[]> {
  const byName = new Map<string, TemplateFile>()
  for (const folder of [BUILT_IN_EMAILS, ...(emailsDir === undefined ? [] : [resolve(emailsDir)])]) {
    const templates = join(folder, 'templates')
    for (const file of await filesIn(existsSync(templates) ? templates : folder)) byName.set(file.name, file)
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function filesIn(folder: string): Promise<readonly TemplateFile[]> {
  if (!existsSync(folder)) throw new AppError('config_invalid', `The templates' folder ${folder} does not exist.`)
  const files: TemplateFile[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const within = relative(folder, path).split(sep)
    const hidden = within.some((part) => part === 'node_modules' || part.startsWith('.'))
    if (!entry.isFile() || !path.endsWith('.tsx') || hidden) continue
    if (DEFAULT_EXPORT.test(await readFile(path, 'utf8'))) files.push({ name: within.join('/').slice(0, -4), path })
  }
  return files
}

const DEFAULT_EXPORT = /^\s*export\s+default\b|^\s*export\s*\{[^}]*\bdefault\b/m

function describe(error: unknown, cacheDir: string): string {
  const message = error instanceof Error ? error.message : String(error)
  const where = whereThrown(error, cacheDir)
  return where === undefined ? message : `${where}: ${message}`
}
