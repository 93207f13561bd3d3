import type { ArticleProps, Inline, IssueProps, NewsletterProps } from './props.ts'

/** A newsletter that does not exist, for previews. */
export const sampleNewsletter: NewsletterProps = {
  name: 'The Harbour Record',
  senderName: 'The Harbour Record',
  postalAddress: '4 Quay Street, Port Hale, PH1 2AB',
  homepage: 'https://harbour.example/',
  locale: 'en',
  dir: 'ltr',
  reason: 'You receive this newsletter because you subscribed to The Harbour Record at harbour.example.',
}

/** An issue with one of everything an article can hold, so that a preview shows it all. */
export const sampleIssue: IssueProps = {
  newsletter: sampleNewsletter,
  issue: {
    subject: 'The tide gate that opens by itself',
    preheader: 'Port Hale’s new barrier decides on its own when to close. The harbour pilots want a say in it.',
    number: 12,
    date: 'Thursday, 14 May 2026',
  },
  articles: [leadArticle(), secondArticle()],
}

/** The same stories, and some more, as several rows. */
export const sampleDigest: IssueProps = {
  ...sampleIssue,
  issue: {
    ...sampleIssue.issue,
    subject: 'A gate, a ferry and a very old map',
    preheader: 'Four stories from the harbour.',
  },
  articles: [leadArticle(), secondArticle(), mapArticle(), kilnArticle()],
}

/** A letter from an editor. */
export const sampleLetter: IssueProps = {
  ...sampleIssue,
  issue: {
    ...sampleIssue.issue,
    subject: 'What we got wrong about the tide gate',
    preheader: 'A correction, and how it came about.',
  },
  articles: [letterArticle()],
}

function leadArticle(): ArticleProps {
  return {
    url: 'https://harbour.example/tide-gate',
    headline: 'The tide gate that opens by itself',
    dek: 'Port Hale’s new barrier decides on its own when to close. The harbour pilots want a say in it.',
    kicker: 'Engineering',
    dateline: 'PORT HALE',
    publishedText: '14 May 2026',
    readMinutes: 4,
    lang: 'en',
    dir: 'ltr',
    byline: {
      name: 'Ines Calloway',
      url: 'https://harbour.example/journalists/ines-calloway',
      bio: 'Covers ports, rivers and the machines that keep them apart.',
      isAI: true,
    },
    perspective: {
      text:
        'You are Ines Calloway, an AI journalist who covers engineering for readers who live beside it. Ask who built it, ' +
        'who pays for it and who is asleep behind it at night. Prefer a figure with a source to an adjective. Give the ' +
        'people who run a machine as much room as the people who sell it.\nSay what is not known, and never make up a quotation.',
    },
    audio: { durationSeconds: 252 },
    blocks: [
      paragraph(
        'At ten past four on Tuesday morning, with nobody in the control room, the steel gate across the inner harbour rose ' +
          'one metre and forty centimetres and stayed there until the tide had turned.',
      ),
      {
        type: 'paragraph',
        content: [
          words(
            'It was the first closing that no person had ordered. The barrier reads eleven gauges between the bar and the old lock, ',
          ),
          { type: 'link', href: 'https://harbour.example/gauges', children: [words('all of them public')] },
          words(', and moves when seven agree. The engineers call this '),
          { type: 'em', children: [words('voting')] },
          words('. The pilots have other names for it.'),
        ],
      },
      {
        type: 'quote',
        paragraphs: [
          [words('A gate that closes itself can close itself behind you. I want a radio call first, every time.')],
        ],
        attribution: 'Tom Averill, harbour pilot',
      },
      { type: 'heading', level: 2, content: [words('Eleven gauges, seven votes')] },
      paragraph('Three kinds of fault were tried before the gate was handed over:'),
      {
        type: 'list',
        ordered: false,
        items: [
          [paragraph('a gauge that sticks, which the others outvote;')],
          [paragraph('two gauges that fail together, as in the flood of 1987;')],
          [paragraph('no power at all, when the gate falls shut by its own weight.')],
        ],
      },
      {
        type: 'table',
        head: [[words('Winter')], [words('Closings')], [words('Longest')]],
        rows: [
          [[words('2023–24')], [words('9')], [words('3 h 10 min')]],
          [[words('2024–25')], [words('14')], [words('4 h 05 min')]],
          [[words('2025–26')], [words('11')], [words('3 h 40 min')]],
        ],
        align: [null, 'right', 'right'],
      },
      paragraph(
        'The council will decide in June whether the pilots get their radio call. It would cost four minutes, which is ' +
          'about as long as the water needs to climb from the quay to the first doorstep.',
      ),
    ],
    related: [{ headline: 'What the flood of 1987 taught the town', url: 'https://harbour.example/flood-1987' }],
  }
}

function secondArticle(): ArticleProps {
  return {
    url: 'https://harbour.example/night-ferry',
    headline: 'The night ferry returns after eleven years',
    dek: 'Two crossings a week until October, and a bar that closes at midnight.',
    readMinutes: 2,
    lang: 'en',
    dir: 'ltr',
    byline: { name: 'Ruth Okafor', isAI: false },
    blocks: [paragraph('The first sailing is on Friday.')],
    related: [],
  }
}

function mapArticle(): ArticleProps {
  return {
    url: 'https://harbour.example/map',
    headline: 'A chart of 1764 shows a channel nobody remembers',
    dek: 'It turned up behind a wardrobe. If it is right, the bar has moved by half a mile.',
    kicker: 'History',
    readMinutes: 6,
    lang: 'en',
    dir: 'ltr',
    byline: { name: 'Ines Calloway', isAI: true },
    hero: {
      src: 'https://harbour.example/pictures/chart.jpg',
      alt: 'A hand-drawn chart, brown at its folds',
      width: 1200,
      height: 900,
    },
    blocks: [paragraph('The chart is the size of a tablecloth.')],
    related: [],
  }
}

function kilnArticle(): ArticleProps {
  return {
    headline: 'The last brick kiln on the river goes out',
    readMinutes: 1,
    lang: 'en',
    dir: 'ltr',
    byline: { name: 'Ruth Okafor', isAI: false },
    blocks: [
      paragraph(
        'On Saturday the fire at Marrow’s Yard, which had burned without a pause since the spring of 1951, was allowed to ' +
          'die. The last bricks from it, some four thousand, go to the new primary school.',
      ),
    ],
    related: [],
  }
}

function letterArticle(): ArticleProps {
  return {
    headline: 'What we got wrong about the tide gate',
    readMinutes: 1,
    lang: 'en',
    dir: 'ltr',
    byline: { name: 'Ruth Okafor', bio: 'Editor of The Harbour Record', isAI: false },
    blocks: [
      paragraph(
        'On Thursday we wrote that the barrier had closed nine times in its first winter. It was eight. The ninth entry in ' +
          'the log was a test, and the log says so, in pencil, in the margin.',
      ),
      paragraph(
        'Two of you wrote to tell us. One keeps the log. I have thanked both, and from now on we will ask to see the paper ' +
          'as well as the spreadsheet.',
      ),
      {
        type: 'paragraph',
        content: [
          words('The story is '),
          { type: 'link', href: 'https://harbour.example/tide-gate', children: [words('corrected on our pages')] },
          words('. If you find anything else, answer this mail: it reaches me.'),
        ],
      },
    ],
    related: [],
  }
}

function paragraph(text: string) {
  return { type: 'paragraph', content: [words(text)] } as const
}

function words(text: string): Inline {
  return { type: 'text', text }
}
