import type { QueryConfig } from 'pg'
import type { NewsletterId } from '../../id.ts'
import type { NewsletterBranding } from '../../newsletter/branding.ts'
import type { Newsletter } from '../../newsletter/newsletter.ts'
import type { NewsletterStore } from '../store.ts'
import type { Pool, Queryable } from './pool.ts'

type NewsletterRow = {
  id: NewsletterId
  slug: string
  name: string
  from_name: string
  from_address: string
  reply_to: string | null
  postal_address: string
  homepage: string | null
  locale: string
  time_zone: string
  branding: NewsletterBranding
  welcome_mail: boolean
  goodbye_mail: boolean
  allowed_domains: string[]
  denied_domains: string[]
  created_at: Date
}

const COLUMNS = `id, slug, name, from_name, from_address, reply_to, postal_address, homepage, locale, time_zone, branding,
  welcome_mail, goodbye_mail, allowed_domains, denied_domains, created_at`

const BY_ID = { name: 'newsletter_by_id', text: `select ${COLUMNS} from newsletter where id = $1` }

// Asked for by every form that is sent.
const FIND = { name: 'find_newsletter', text: `select ${COLUMNS} from newsletter where slug = $1 or id::text = $1` }

/** Newsletters on PostgreSQL. */
export function createNewsletterStore(pool: Pool): NewsletterStore {
  const one = async (sql: string | QueryConfig, values?: unknown[]) => {
    const { rows } = await pool.query<NewsletterRow>(sql, values)
    return rows[0] ? readNewsletter(rows[0]) : null
  }
  return {
    create: (newsletter) =>
      one(
        `insert into newsletter (slug, name, from_name, from_address, reply_to, postal_address, homepage, locale,
           time_zone, branding, welcome_mail, goodbye_mail, allowed_domains, denied_domains)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict (slug) do nothing
         returning ${COLUMNS}`,
        [
          newsletter.slug,
          newsletter.name,
          newsletter.fromName,
          newsletter.fromAddress,
          newsletter.replyTo,
          newsletter.postalAddress,
          newsletter.homepage,
          newsletter.locale,
          newsletter.timeZone,
          newsletter.branding ?? {},
          newsletter.welcomeMail ?? false,
          newsletter.goodbyeMail ?? false,
          newsletter.allowedDomains ?? [],
          newsletter.deniedDomains ?? [],
        ],
      ),
    get: (id) => one(`select ${COLUMNS} from newsletter where id = $1`, [id]),
    find: async (slugOrId) =>
      // PostgreSQL takes no text with a NUL in it.
      /^[a-z0-9-]+$/.test(slugOrId) ? one({ ...FIND, values: [slugOrId] }) : null,
    // A null in $2… keeps what is there, except where null is a value: those two say whether they change.
    update: (id, changes) =>
      one(
        `update newsletter
         set name = coalesce($2, name), from_name = coalesce($3, from_name), from_address = coalesce($4, from_address),
             postal_address = coalesce($5, postal_address), locale = coalesce($6, locale),
             time_zone = coalesce($7, time_zone),
             reply_to = case when $8 then $9 else reply_to end,
             homepage = case when $10 then $11 else homepage end,
             branding = jsonb_strip_nulls(branding || coalesce($12::jsonb, '{}')),
             welcome_mail = coalesce($13, welcome_mail), goodbye_mail = coalesce($14, goodbye_mail),
             allowed_domains = coalesce($15, allowed_domains), denied_domains = coalesce($16, denied_domains),
             updated_at = app_now()
         where id = $1
         returning ${COLUMNS}`,
        [
          id,
          changes.name,
          changes.fromName,
          changes.fromAddress,
          changes.postalAddress,
          changes.locale,
          changes.timeZone,
          changes.replyTo !== undefined,
          changes.replyTo,
          changes.homepage !== undefined,
          changes.homepage,
          changes.branding,
          changes.welcomeMail,
          changes.goodbyeMail,
          changes.allowedDomains,
          changes.deniedDomains,
        ],
      ),
    list: async () => {
      const { rows } = await pool.query<NewsletterRow>(`select ${COLUMNS} from newsletter order by name, id`)
      return rows.map(readNewsletter)
    },
  }
}

/** The newsletter that another row refers to; within that row's transaction. */
export async function requireNewsletter(tx: Queryable, id: NewsletterId): Promise<Newsletter> {
  const { rows } = await tx.query<NewsletterRow>({ ...BY_ID, values: [id] })
  const [row] = rows
  if (!row) throw new Error(`Newsletter ${id} is referred to and gone.`)
  return readNewsletter(row)
}

function readNewsletter(row: NewsletterRow): Newsletter {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    fromName: row.from_name,
    fromAddress: row.from_address,
    replyTo: row.reply_to,
    postalAddress: row.postal_address,
    homepage: row.homepage,
    locale: row.locale,
    timeZone: row.time_zone,
    branding: row.branding,
    welcomeMail: row.welcome_mail,
    goodbyeMail: row.goodbye_mail,
    allowedDomains: row.allowed_domains,
    deniedDomains: row.denied_domains,
    createdAt: row.created_at,
  }
}
