import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** One import statement: `to` is a path from the root of the project, or the name of a package. */
export type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean }

const STATEMENT =
  /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*(?:\/\*.*?\*\/\s*)?'([^']+)'\s*\)/gm

/** Every import of the TypeScript files below `folders`, as text: dynamic ones with a fixed name included. */
export function readImports(root: string, folders: readonly string[]): readonly Import[] {
  return folders.flatMap((folder) => sources(root, folder).flatMap((file) => importsOf(root, file)))
}

function sources(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
}

function importsOf(root: string, from: string): readonly Import[] {
  const text = readFileSync(join(root, from), 'utf8')
  return [...text.matchAll(STATEMENT)].map((match) => {
    const name = match[2] ?? match[3] ?? match[4] ?? ''
    const to = name.startsWith('.') ? normalize(join(dirname(from), name)) : name
    return { from, to, typeOnly: match[1] !== undefined }
  })
}

/** Files that import each other in a circle (types do not count), each circle once, as a path back to its start. */
export function findCircles(imports: readonly Import[]): readonly string[] {
  const next = new Map<string, string[]>()
  for (const { from, to, typeOnly } of imports) {
    if (!typeOnly) next.set(from, [...(next.get(from) ?? []), to])
  }
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    if (start >= 0) circles.push([...path.slice(start), file].join(' > '))
    if (start >= 0 || done.has(file)) return
    for (const to of next.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  return circles
}
