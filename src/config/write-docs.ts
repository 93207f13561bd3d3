import { writeFileSync } from 'node:fs'
import { configurationPage, envExample } from './docs.ts'

// Started by `npm run docs`, at the root of the repository.
writeFileSync('docs/configuration.md', configurationPage())
writeFileSync('.env.example', envExample())
