import { existsSync, realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildFailure, type BuildResult, build, type Message, type Plugin } from 'esbuild'
import { AppError } from '../error.ts'
import { type CachedBundle, hashSources, keepBundle, recallBundle, sha256 } from './bundle-cache.ts'
import { shownPath } from './frames.ts'

/** A file to compile, and the name its template goes by. */
export type TemplateFile = { readonly name: string; readonly path: string }

/** What compiling came to: where each module now lies, and, by template name, why the others do not exist. */
export type Bundle = Pick<CachedBundle, 'engine' | 'thread' | 'modules'> & {
  /** Every source but those of packages. */
  readonly own: readonly string[]
  /** `file:line:column: message` */
  readonly failures: ReadonlyMap<string, string>
}

/** The folder of Pressroom's own `package.json`: above `src/` in a checkout, above `dist/` when installed. */
export const PACKAGE_ROOT = packageRoot(import.meta.dirname)

/**
 * Compiles templates into ES modules in `cacheDir`, all in one go, so that they share one React: ours, in its
 * production form whatever NODE_ENV says. Files are named by their content: a template that changes gets a new URL,
 * one that does not is not loaded again; where no source has changed since the last time, nothing is compiled. A
 * template that does not compile is left out and takes no other with it.
 */
export async function bundleTemplates(files: readonly TemplateFile[], cacheDir: string): Promise<Bundle> {
  // This file is among the sources: it says how they are compiled.
  const key = sha256(JSON.stringify([await readFile(import.meta.filename, 'utf8'), cacheDir, process.cwd(), files]))
  const known = await recallBundle(key, cacheDir)
  if (known !== undefined) return bundleOf(known, new Map())
  const together = await compile(files, cacheDir, 'whole')
  if (together.kind === 'compiled') return keep(together.result, files, cacheDir, key, new Map())
  const failures = await failuresOf(files, cacheDir)
  const sound = files.filter((file) => !failures.has(file.name))
  const rest = await compile(sound, cacheDir, 'whole')
  if (rest.kind === 'failed') throw new AppError('internal', `The templates do not compile: ${describe(rest.errors)}.`)
  // Under a key of its own, so that the next call looks for the errors again.
  return keep(rest.result, sound, cacheDir, sha256(`sound files of ${key}`), failures)
}

// The errors of a joint build do not say which templates they break, so each is compiled alone, without React.
async function failuresOf(files: readonly TemplateFile[], cacheDir: string): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>()
  const alone = await Promise.all(files.map((file) => compile([file], cacheDir, 'own code')))
  for (const [index, { name }] of files.entries()) {
    const outcome = alone[index]
    if (outcome?.kind === 'failed') failures.set(name, describe(outcome.errors))
  }
  return failures
}

type Compiled =
  | { readonly kind: 'compiled'; readonly result: InMemory }
  | { readonly kind: 'failed'; readonly errors: readonly Message[] }
/** `own code`: without the packages that are the same for all, which is fast and cannot be run. */
type Extent = 'whole' | 'own code'
type InMemory = BuildResult<{ write: false; metafile: true }>

const ENGINE_ENTRY = 'pressroom:engine'
// For programs that measure what rendering costs.
const ENGINE = `
  export { createElement } from 'react'
  export { render, toPlainText } from '@react-email/render'
  export { SlotProvider, SlotSheet } from './emails/slots.tsx'
`

/** What runs in the thread that holds the templates; in a checkout `.ts`, when built `.js`. */
const THREAD = join(import.meta.dirname, `template-thread${extname(import.meta.filename)}`)

async function compile(files: readonly TemplateFile[], cacheDir: string, extent: Extent): Promise<Compiled> {
  try {
    const result = await build({
      absWorkingDir: process.cwd(),
      entryPoints: [
        { in: ENGINE_ENTRY, out: 'engine' },
        { in: THREAD, out: 'thread' },
        ...files.map(({ name, path }) => ({ in: path, out: `of/${name}` })),
      ],
      entryNames: '[dir]/[name]-[hash]',
      chunkNames: 'shared/[hash]',
      outExtension: { '.js': '.mjs' },
      outdir: cacheDir,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      jsx: 'automatic',
      // React chooses between its two builds by this, at compile time and for good.
      define: { 'process.env.NODE_ENV': '"production"' },
      minifySyntax: true,
      sourcemap: 'external',
      sourcesContent: false,
      // For packages that are CommonJS and need Node's own modules.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      plugins: [ownCopies(extent)],
      metafile: true,
      write: false,
      logLevel: 'silent',
    })
    return { kind: 'compiled', result }
  } catch (error) {
    if (!isBuildFailure(error)) throw error
    return { kind: 'failed', errors: error.errors }
  }
}

// What it does there would be another copy's doing, of which the server knows nothing.
const NOT_FOR_TEMPLATES = { text: 'A template may not import the code of Pressroom, but what pressroom/emails exports' }

/** Whether a file is of Pressroom's own code, as it lies here. */
function isOwnCode(path: string): boolean {
  const inside = relative(dirname(import.meta.dirname), path)
  return path !== '' && !inside.startsWith('..') && !isAbsolute(inside)
}

/** What a name that templates import stands for: all components of React Email are one package here. */
function aliasOf(path: string): string {
  if (path === 'pressroom/emails') return join(PACKAGE_ROOT, 'emails', 'index.ts')
  return /^(react-email|@react-email\/(?!render$)[a-z-]+)$/.test(path) ? '@react-email/components' : path
}

/** Resolves what has to be the same for all templates from our own dependencies, wherever the template lies. */
function ownCopies(extent: Extent): Plugin {
  const asked = Symbol('asked')
  return {
    name: 'own-copies',
    setup({ onResolve, onLoad, resolve: find }) {
      onResolve({ filter: /^pressroom:engine$/ }, ({ path }) => ({ path, namespace: 'pressroom' }))
      onLoad({ filter: /./, namespace: 'pressroom' }, () => ({
        contents: ENGINE,
        loader: 'js',
        resolveDir: PACKAGE_ROOT,
      }))
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir, importer }) =>
        isOwnCode(resolve(resolveDir, path)) && !isOwnCode(importer) ? { errors: [NOT_FOR_TEMPLATES] } : undefined,
      )
      onResolve({ filter: /^pressroom$/ }, () => ({ errors: [NOT_FOR_TEMPLATES] }))
      // React Email loads it for its `pretty`, which is not used here.
      onResolve({ filter: /^prettier(\/|$)/ }, ({ path }) => ({ path, external: true }))
      onResolve(
        { filter: /^(react|react-dom|react-email|@react-email\/[a-z-]+|zod|pressroom\/emails)(\/|$)/ },
        async ({ path, kind, pluginData }) => {
          if (pluginData === asked) return undefined
          if (extent === 'own code' && path !== 'pressroom/emails') return { path, external: true }
          const found = await find(aliasOf(path), { kind, resolveDir: PACKAGE_ROOT, pluginData: asked })
          // Schemas are shared with this process rather than copied.
          return /^zod(\/|$)/.test(path) && found.errors.length === 0
            ? { path: pathToFileURL(found.path).href, external: true }
            : found
        },
      )
    },
  }
}

async function keep(
  { outputFiles, metafile }: InMemory,
  files: readonly TemplateFile[],
  cacheDir: string,
  key: string,
  failures: ReadonlyMap<string, string>,
): Promise<Bundle> {
  const outputOf = findOutput(metafile)
  const sources = Object.keys(metafile.inputs).filter((source) => !source.startsWith('pressroom:'))
  const bundle = {
    engine: outputOf(resolve(`pressroom:${ENGINE_ENTRY}`)),
    thread: outputOf(realpathSync(THREAD)),
    modules: Object.fromEntries(files.map(({ name, path }) => [name, outputOf(realpathSync(path))])),
    sources: await hashSources(sources.map((source) => resolve(source))),
  }
  await keepBundle(key, cacheDir, bundle, outputFiles)
  return bundleOf(bundle, failures)
}

/** Finds what a source was compiled to, by the real path of the source: a folder of templates may be a link to one. */
function findOutput({ outputs }: InMemory['metafile']): (source: string) => string {
  const compiled = Object.entries(outputs).flatMap(([output, { entryPoint }]) =>
    entryPoint === undefined ? [] : [[resolve(entryPoint), resolve(output)] as const],
  )
  const bySource = new Map(compiled)
  return (source) => {
    const output = bySource.get(source)
    if (output === undefined) throw new AppError('internal', `Nothing was compiled of ${shownPath(source)}.`)
    return output
  }
}

function bundleOf(known: CachedBundle, failures: ReadonlyMap<string, string>): Bundle {
  const { engine, thread, modules, sources } = known
  const own = Object.keys(sources).filter((path) => !path.includes(`${sep}node_modules${sep}`))
  return { engine, thread, modules, own, failures }
}

function describe(errors: readonly Message[]): string {
  return errors
    .map(({ location, text }) =>
      location === null
        ? text
        : `${shownPath(resolve(location.file))}:${location.line}:${location.column + 1}: ${text}`,
    )
    .join('\n')
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
}

function packageRoot(from: string): string {
  if (basename(from) !== 'dist' && existsSync(join(from, 'package.json'))) return from
  const above = dirname(from)
  if (above === from) throw new Error('The package.json of Pressroom was not found.')
  return packageRoot(above)
}
