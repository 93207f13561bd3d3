import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { articleSchema } from '../article/article.ts'
import { VERSION } from '../version.ts'

const DESCRIPTION = `Articles go in, issues are made of them, sends take them to readers.

Every request needs \`Authorization: Bearer pk_…\`; a key has the scopes read, write and send. Lists come in pages: pass
\`next\` on as \`after\` until it is null. What is refused is answered with a problem document (RFC 9457).`

/** Describes the API in OpenAPI 3.1, from the schemas its routes check with: /api/openapi.json, and to read, /api/docs. */
export function describeApi(server: FastifyInstance): void {
  server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Pressroom', version: VERSION, description: DESCRIPTION, license: { name: 'MIT' } },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
    },
    transform: (route) => {
      const schema = { ...route.schema, hide: !route.url.startsWith('/api/v1/') }
      return jsonSchemaTransform({ ...route, schema })
    },
    transformObject: (document) => withArticle(jsonSchemaTransformObject(document)),
  })
  server.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: true,
    // Its parts set styles inline, and none comes from elsewhere.
    transformStaticCSP: (policy) => policy.replace(/style-src [^;]*/, "style-src 'self' 'unsafe-inline'"),
    uiConfig: { layout: 'BaseLayout' },
  })
  server.after(() => {
    server.get('/api/openapi.json', { schema: { hide: true } }, async () => server.swagger())
  })
}

type Document = ReturnType<typeof jsonSchemaTransformObject>
type Schemas = Readonly<Record<string, unknown>>

/**
 * Puts in the Article, whose blocks hold blocks: its inner definitions become components of their own, because
 * references in an OpenAPI document start at the document. Leaves out components that nothing refers to.
 */
function withArticle(document: Document): Document {
  if (!('components' in document)) return document
  const { components, paths = {} } = document
  const schemas = { ...components?.schemas, ...articleSchemas() }
  for (const operation of Object.values(paths).flatMap((path) => [path?.post, path?.put])) {
    const body = operation?.requestBody
    const content = body && 'content' in body ? body.content : {}
    if ('text/markdown' in content) content['application/json'] = { schema: { $ref: '#/components/schemas/Article' } }
  }
  return { ...document, components: { ...components, schemas: referredTo(schemas, paths) } } as Document
}

function articleSchemas(): Schemas {
  const { $schema, $defs = {}, ...article } = z.toJSONSchema(articleSchema, { io: 'input' })
  const inner = Object.entries($defs).map(([name, schema]) => [`Article${name}`, schema])
  const schemas = { Article: article, ...Object.fromEntries(inner) }
  return JSON.parse(JSON.stringify(schemas).replaceAll('"#/$defs/', '"#/components/schemas/Article'))
}

/** The schemas that `from` refers to, and those they refer to in turn. */
function referredTo(schemas: Schemas, from: unknown): Schemas {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (found.has(name)) continue
      found.add(name)
      visit(schemas[name])
    }
  }
  visit(from)
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)))
}
