import { z } from 'zod'
import {
  baseUrl,
  decimal,
  domain,
  host,
  key,
  oneOf,
  path,
  proxies,
  secrets,
  selector,
  url,
  webhookSecrets,
  wholeNumber,
} from './readings.ts'
import { smtpUrl } from './smtp.ts'

/** What people are told about a setting. */
export type SettingFacts = {
  /** One or more sentences. */
  readonly description: string
  /** What it is when it is not set, in words or as it would be written. */
  readonly default: string
  readonly example: string
  readonly group: 'Server' | 'Data' | 'Sending' | 'Receiving' | 'Running'
  readonly isSecret?: true
}

/** The facts of every setting, by its schema. */
export const settingFacts = z.registry<SettingFacts>()

/** The shortest secret that is taken: 32 characters of hex are 128 bits. */
export const MIN_SECRET_LENGTH = 32

/** Every setting, as it is written in the environment, and how it is read. */
export const SETTINGS = z.object({
  PUBLIC_URL: baseUrl('https://news.example.com').optional().register(settingFacts, {
    group: 'Server',
    description:
      'Where readers reach this installation: the start of every link in a mail. Real mail needs an https address that is reachable from outside. It may have a path, if a proxy in front cuts it off.',
    default: '`http://localhost:` and the port',
    example: 'https://news.example.com',
  }),
  HOST: host().default('127.0.0.1').register(settingFacts, {
    group: 'Server',
    description:
      'The address of this machine to listen on. `0.0.0.0` listens on all of them, for a container or behind a proxy on another machine.',
    default: '127.0.0.1',
    example: '127.0.0.1',
  }),
  PORT: wholeNumber(0, 65_535).default(3_000).register(settingFacts, {
    group: 'Server',
    description: 'The TCP port to listen on; 0 takes any that is free.',
    default: '3000',
    example: '3000',
  }),
  TRUST_PROXY: proxies().optional().register(settingFacts, {
    group: 'Server',
    description:
      'The proxies in front, whose `X-Forwarded-For` says where a request came from: addresses, networks such as `10.0.0.0/8`, or `loopback`, `linklocal`, `uniquelocal`. Without it, what comes through a proxy of a private network is not limited by where it comes from.',
    default: 'none: where a connection comes from is who asks',
    example: 'loopback',
  }),
  DATA_DIR: path().default('.pressroom').register(settingFacts, {
    group: 'Data',
    description:
      'The directory for what an installation keeps on this machine: the embedded database, the outbox, the secret, compiled templates. Relative to the directory Pressroom is started in.',
    default: '.pressroom',
    example: '.pressroom',
  }),
  EMAILS_DIR: path().optional().register(settingFacts, {
    group: 'Data',
    description:
      'A directory with React Email templates of your own (`*.tsx`), besides the built-in ones; one of the same name takes the place of a built-in one.',
    default: 'only the built-in templates',
    example: './my-emails',
  }),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgresql://user:password@host/database')
    .optional()
    .register(settingFacts, {
      group: 'Data',
      description:
        'A PostgreSQL database, version 14 or newer, that belongs to Pressroom alone; its tables are made at the first start. It also carries the queue, unless `REDIS_URL` is set.',
      default: 'a PostgreSQL that Pressroom starts itself and keeps in `DATA_DIR`',
      example: 'postgresql://pressroom:password@localhost/pressroom',
      isSecret: true,
    }),
  REDIS_URL: url(['redis:', 'rediss:'], 'redis://host:6379').optional().register(settingFacts, {
    group: 'Data',
    description:
      'A Redis, version 6.2 or newer, for the queue: worth it with many workers on many machines. Needs `DATABASE_URL`. Set its `maxmemory-policy` to `noeviction`.',
    default: 'the queue is in the database',
    example: 'redis://localhost:6379',
    isSecret: true,
  }),
  APP_SECRET: secrets(MIN_SECRET_LENGTH)
    .optional()
    .register(settingFacts, {
      group: 'Data',
      description: `Signs the links in readers' mail: at least ${MIN_SECRET_LENGTH} random characters, such as \`openssl rand -hex 32\` prints. To replace it, write \`new,old\`: new links are signed with the first, and links signed with the others go on working, as unsubscribe links must. Required with \`DATABASE_URL\`.`,
      default: 'made at the first start and kept in `DATA_DIR/app-secret`; with `DATABASE_URL`, none',
      example: 'the output of: openssl rand -hex 32',
      isSecret: true,
    }),
  RESEND_API_KEY: key('re_').optional().register(settingFacts, {
    group: 'Sending',
    description: 'A key of Resend (resend.com). With it mail really goes out.',
    default: 'mail stays on this machine, in the outbox',
    example: 're_123456789',
    isSecret: true,
  }),
  RESEND_BASE_URL: baseUrl('http://127.0.0.1:4010').optional().register(settingFacts, {
    group: 'Sending',
    description: "Where Resend's API is: a local double of it, say (`pressroom fake-resend`). Needs `RESEND_API_KEY`.",
    default: 'https://api.resend.com',
    example: 'http://127.0.0.1:4010',
  }),
  RESEND_WEBHOOK_SECRET: webhookSecrets().optional().register(settingFacts, {
    group: 'Sending',
    description:
      "The signing secret of the webhook at Resend that points to `PUBLIC_URL` and `/webhooks/resend`: with it bounces and complaints are heard of, and suppress. Resend's dashboard shows it; `new,old` takes both while it is replaced.",
    default: 'none: events of Resend are answered with 503',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    isSecret: true,
  }),
  SMTP_URL: smtpUrl().optional().register(settingFacts, {
    group: 'Sending',
    description:
      'An SMTP server to send by in place of Resend: `smtp://` (port 587 with a password, else 25) or `smtps://` (port 465), with user and password as they are encoded in a URL. With a password STARTTLS is required, unless the server is on this machine; else it is used where it is offered. `?tls=required`, `?tls=optional` and `?tls=off` say otherwise, and `?name=` is what this machine calls itself.',
    default: 'mail stays on this machine, in the outbox',
    example: 'smtp://user:password@mail.example.com:587',
    isSecret: true,
  }),
  SMTP_RATE: decimal(0.001, 1_000).optional().register(settingFacts, {
    group: 'Sending',
    description: 'How many messages a second the SMTP server is given, by all workers together. Needs `SMTP_URL`.',
    default: '10',
    example: '10',
  }),
  DKIM_DOMAIN: domain().optional().register(settingFacts, {
    group: 'Sending',
    description:
      'The domain that mail by SMTP is signed for: that of the sender, or one above it. Needs `SMTP_URL`, `DKIM_SELECTOR` and `DKIM_PRIVATE_KEY`. Leave it out when the server signs.',
    default: 'mail is not signed here',
    example: 'news.example.com',
  }),
  DKIM_SELECTOR: selector().optional().register(settingFacts, {
    group: 'Sending',
    description: 'The name of the key in DNS: its record is at `<selector>._domainkey.<domain>`.',
    default: 'mail is not signed here',
    example: 'pressroom',
  }),
  DKIM_PRIVATE_KEY: path().optional().register(settingFacts, {
    group: 'Sending',
    description:
      'The RSA key that mail is signed with: the path of a PEM file, or its text with `\\n` for line breaks. `docs/sending-domain.md` says how to make one.',
    default: 'mail is not signed here',
    example: './dkim.pem',
    isSecret: true,
  }),
  BOUNCE_DOMAIN: domain().optional().register(settingFacts, {
    group: 'Sending',
    description:
      'A domain whose mail comes to a mailbox of yours: each message by SMTP then has a return address `bounce+…` of its own there, which tells whose it was. Needs `SMTP_URL`.',
    default: '`INBOUND_DOMAIN`; without one, bounces go to the address of the sender',
    example: 'bounces.example.com',
  }),
  INBOUND_DOMAIN: domain().optional().register(settingFacts, {
    group: 'Receiving',
    description:
      'A domain of its own whose mail comes to Pressroom, by SMTP or by Resend: readers can then subscribe, confirm and leave by mail, and bounces and complaints are read. `docs/inbound.md` says how to set it up.',
    default: 'no mail is taken in',
    example: 'in.news.example.com',
  }),
  INBOUND_SMTP_PORT: wholeNumber(1, 65_535).optional().register(settingFacts, {
    group: 'Receiving',
    description:
      'The TCP port to take mail in at by SMTP, beside pages and API. Needs `INBOUND_DOMAIN`. Mail servers of others come to port 25 only: let a proxy, the firewall or a mail server on this machine pass it on.',
    default: 'mail is taken in by Resend only',
    example: '2525',
  }),
  INBOUND_SMTP_HOST: host().default('127.0.0.1').register(settingFacts, {
    group: 'Receiving',
    description: 'The address of this machine to take mail in at. `0.0.0.0` listens on all of them.',
    default: '127.0.0.1',
    example: '0.0.0.0',
  }),
  INBOUND_SMTP_CERT: path().optional().register(settingFacts, {
    group: 'Receiving',
    description:
      'A certificate for the name in the MX record, with its chain, as the path of a PEM file: then STARTTLS is offered. Needs `INBOUND_SMTP_PORT` and `INBOUND_SMTP_KEY`. Read again twice a day.',
    default: 'mail comes in unencrypted',
    example: '/etc/letsencrypt/live/in.news.example.com/fullchain.pem',
  }),
  INBOUND_SMTP_KEY: path().optional().register(settingFacts, {
    group: 'Receiving',
    description: 'The key of `INBOUND_SMTP_CERT`, as the path of a PEM file.',
    default: 'mail comes in unencrypted',
    example: '/etc/letsencrypt/live/in.news.example.com/privkey.pem',
  }),
  WORKER_CONCURRENCY: wholeNumber(1, 64).default(4).register(settingFacts, {
    group: 'Running',
    description:
      'How many batches, of up to 100 recipients each, one worker process has in the hands of the provider at a time. The pace at which calls are made is learnt from the provider and does not depend on it.',
    default: '4',
    example: '4',
  }),
  LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent']).default('info').register(settingFacts, {
    group: 'Running',
    description: 'What is logged, as lines of JSON on stderr: `debug`, `info`, `warn`, `error` or `silent`.',
    default: 'info; commands that talk to people, such as `start`: warn; `demo`: error',
    example: 'info',
  }),
})

/** The name of a setting, as it stands in the environment. */
export type SettingName = keyof typeof SETTINGS.shape
