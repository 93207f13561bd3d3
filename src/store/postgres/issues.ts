import type { Article } from '../../article/article.ts'
import type { Edition } from '../../edition/edition.ts'
import type { ArticleId, IssueId, NewsletterId } from '../../id.ts'
import type { Issue, StoredArticle } from '../../issue/issue.ts'
import type { ArticleStore, EditionStore, IssueStore } from '../store.ts'
import { pageOf, readCursor } from './pages.ts'
import { type Pool, transaction } from './pool.ts'

type ArticleRow = { id: ArticleId; document: Article; created_at: Date; updated_at: Date; cursor_at: string }

type IssueRow = {
  id: IssueId
  newsletter_id: NewsletterId
  number: number
  subject: string
  preheader: string
  template: string
  excerpt: Issue['excerpt']
  article_ids: ArticleId[]
  created_at: Date
  updated_at: Date
  cursor_at: string
}

const ARTICLE = 'id, document, created_at, updated_at, created_at::text as cursor_at'

/** Articles on PostgreSQL. */
export function createArticleStore(pool: Pool): ArticleStore {
  return {
    create: async (article) => {
      const { rows } = await pool.query<ArticleRow>(
        `insert into article (headline, document) values ($1, $2) returning ${ARTICLE}`,
        [article.headline, article],
      )
      return readArticle(only(rows))
    },
    get: async (id) => {
      const { rows } = await pool.query<ArticleRow>(`select ${ARTICLE} from article where id = $1`, [id])
      return rows[0] ? readArticle(rows[0]) : null
    },
    getMany: async (ids) => {
      const { rows } = await pool.query<ArticleRow>(
        `select ${ARTICLE}
         from article
         join unnest($1::uuid[]) with ordinality as asked (asked_id, place) on asked_id = id
         order by place`,
        [ids],
      )
      return rows.map(readArticle)
    },
    update: async (id, article) => {
      const { rows } = await pool.query<ArticleRow>(
        `update article set headline = $2, document = $3, updated_at = app_now() where id = $1 returning ${ARTICLE}`,
        [id, article.headline, article],
      )
      return rows[0] ? readArticle(rows[0]) : null
    },
    list: async ({ limit, after }) => {
      const cursor = readCursor(after)
      const { rows } = await pool.query<ArticleRow>(
        `select ${ARTICLE}
         from article
         where $1::timestamptz is null or (created_at, id) < ($1, $2::uuid)
         order by created_at desc, id desc
         limit $3`,
        [cursor?.at, cursor?.id, limit + 1],
      )
      return pageOf(rows, limit, readArticle)
    },
  }
}

const ISSUE = `id, newsletter_id, number, subject, preheader, template, excerpt, created_at, updated_at,
  created_at::text as cursor_at,
  array(select article_id from issue_article where issue_id = issue.id order by position) as article_ids`

/** Issues on PostgreSQL. */
export function createIssueStore(pool: Pool): IssueStore {
  return {
    create: (issue) =>
      transaction(pool, async (client) => {
        // The newsletter's row is the lock that numbers its issues one by one.
        await client.query('select 1 from newsletter where id = $1 for no key update', [issue.newsletterId])
        const created = await client.query<{ id: IssueId }>(
          `insert into issue (newsletter_id, number, subject, preheader, template, excerpt)
           select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5 from issue where newsletter_id = $1
           returning id`,
          [issue.newsletterId, issue.subject, issue.preheader, issue.template, issue.excerpt],
        )
        const { id } = only(created.rows)
        await client.query(INSERT_ISSUE_ARTICLES, [id, issue.articleIds])
        const { rows } = await client.query<IssueRow>(`select ${ISSUE} from issue where id = $1`, [id])
        return readIssue(only(rows))
      }),
    get: async (id) => {
      const { rows } = await pool.query<IssueRow>(`select ${ISSUE} from issue where id = $1`, [id])
      return rows[0] ? readIssue(rows[0]) : null
    },
    update: (id, changes) =>
      transaction(pool, async (client) => {
        const updated = await client.query(
          `update issue
           set subject = coalesce($2, subject), preheader = coalesce($3, preheader),
               template = coalesce($4, template), excerpt = case when $5 then $6 else excerpt end,
               updated_at = app_now()
           where id = $1`,
          [id, changes.subject, changes.preheader, changes.template, changes.excerpt !== undefined, changes.excerpt],
        )
        if (updated.rowCount === 0) return null
        if (changes.articles) {
          await client.query('delete from issue_article where issue_id = $1', [id])
          await client.query(INSERT_ISSUE_ARTICLES, [id, changes.articles])
        }
        const { rows } = await client.query<IssueRow>(`select ${ISSUE} from issue where id = $1`, [id])
        return readIssue(only(rows))
      }),
    list: async ({ limit, after, newsletterId }) => {
      const cursor = readCursor(after)
      const { rows } = await pool.query<IssueRow>(
        `select ${ISSUE}
         from issue
         where ($1::timestamptz is null or (created_at, id) < ($1, $2::uuid))
           and ($3::uuid is null or newsletter_id = $3)
         order by created_at desc, id desc
         limit $4`,
        [cursor?.at, cursor?.id, newsletterId, limit + 1],
      )
      return pageOf(rows, limit, readIssue)
    },
  }
}

const INSERT_ISSUE_ARTICLES = `
  insert into issue_article (issue_id, position, article_id)
  select $1, place - 1, article_id from unnest($2::uuid[]) with ordinality as given (article_id, place)`

/** Editions on PostgreSQL. */
export function createEditionStore(pool: Pool): EditionStore {
  return {
    put: async (edition, issueId) => {
      await pool.query(
        'insert into edition (hash, document, issue_id) values ($1, $2, $3) on conflict (hash) do nothing',
        [edition.hash, JSON.stringify(edition), issueId],
      )
    },
    get: async (hash) => {
      const { rows } = await pool.query<{ document: Edition }>('select document from edition where hash = $1', [hash])
      return rows[0]?.document ?? null
    },
    issueOf: async (hash) => {
      const { rows } = await pool.query<{ id: IssueId; newsletter_id: NewsletterId; document: Article }>(
        `select issue.id, issue.newsletter_id, article.document
         from edition
         join issue on issue.id = edition.issue_id
         join issue_article on issue_article.issue_id = issue.id
         join article on article.id = issue_article.article_id
         where edition.hash = $1
         order by issue_article.position`,
        [hash],
      )
      const [first] = rows
      if (!first) return null
      return { issueId: first.id, newsletterId: first.newsletter_id, articles: rows.map((row) => row.document) }
    },
  }
}

function readArticle(row: ArticleRow): StoredArticle {
  return { id: row.id, article: row.document, createdAt: row.created_at, updatedAt: row.updated_at }
}

function readIssue(row: IssueRow): Issue {
  return {
    id: row.id,
    newsletterId: row.newsletter_id,
    number: row.number,
    subject: row.subject,
    preheader: row.preheader,
    template: row.template,
    excerpt: row.excerpt,
    articleIds: row.article_ids,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** The one row a statement must have returned. */
function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows
  if (row === undefined) throw new Error('A statement that returns one row returned none.')
  return row
}
