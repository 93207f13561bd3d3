import { writeFileSync } from 'node:fs'
import { checksPage } from '../check/docs.ts'
import { configurationPage, envExample } from './docs.ts'

// Started by `npm run docs`, at the root of the repository.
writeFileSync('docs/configuration.md', configurationPage())
writeFileSync('.env.example', envExample())
writeFileSync('docs/checks.md', checksPage())
