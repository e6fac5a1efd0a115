import { Parser } from 'htmlparser2'

export interface HtmlLink {
  href: string
  /** What the reader sees of it, images by their alt text. */
  text: string
  isHidden: boolean
}

/** What matters of an HTML part. */
export interface HtmlPart {
  /** What the reader sees, one line per block. */
  text: string
  links: readonly HtmlLink[]
  /** Images that are more than a dot for counting opens. */
  images: number
  /** Of forms. */
  forms: number
  hasPasswordField: boolean
  /** Names of elements that run or load something. */
  active: readonly string[]
  /** It is nested too deeply to be read to its end. */
  isCut: boolean
}

const blocks = new Set(
  'address blockquote br div dd dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table td th tr ul'.split(' '),
)
const voids = new Set('area base br col embed hr img input link meta source track wbr'.split(' '))
/** Each level makes the parser slower. Newsletters have some forty. */
const mostDepth = 3000
const pieceLength = 16 * 1024
const activeNames = new Set(['script', 'object', 'embed', 'applet', 'iframe'])

/** Reads HTML in one pass; memory and time grow with its length alone. */
export function readHtml(html: string): HtmlPart {
  const pieces: string[] = []
  const links: HtmlLink[] = []
  const active = new Set<string>()
  const hidden: boolean[] = []
  let open: { href: string; text: string; isHidden: boolean } | null = null
  let unread = 0
  let images = 0
  let forms = 0
  let hasPasswordField = false

  const closeLink = (): void => {
    if (open !== null) links.push({ ...open, text: open.text.replace(/\s+/g, ' ').trim() })
    open = null
  }
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const isHidden = (hidden.at(-1) ?? false) || hides(attributes)
        if (!voids.has(name)) hidden.push(isHidden)
        if (blocks.has(name)) pieces.push('\n')
        if (unreadNames.has(name)) unread++
        if (activeNames.has(name)) active.add(name)
        if (name === 'form') forms++
        if (name === 'input' && attributes['type']?.toLowerCase() === 'password') hasPasswordField = true
        if (name === 'img' && !isDot(attributes)) {
          images++
          const alt = attributes['alt'] ?? ''
          if (open !== null) open.text += alt
        }
        if ((name === 'a' || name === 'area') && attributes['href'] !== undefined) {
          closeLink()
          open = { href: attributes['href'], text: '', isHidden }
          if (name === 'area') closeLink()
        }
      },
      ontext(text) {
        if (unread > 0) return
        if (hidden.at(-1) !== true) pieces.push(text)
        if (open !== null) open.text += text
      },
      onclosetag(name) {
        if (!voids.has(name)) hidden.pop()
        if (blocks.has(name)) pieces.push('\n')
        if (unreadNames.has(name)) unread--
        if (name === 'a') closeLink()
      },
    },
    { decodeEntities: true },
  )
  let at = 0
  for (; at < html.length && hidden.length < mostDepth; at += pieceLength)
    parser.write(html.slice(at, at + pieceLength))
  parser.end()
  closeLink()
  const text = pieces
    .join('')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim()
  return { text, links, images, forms, hasPasswordField, active: [...active], isCut: at < html.length }
}

const unreadNames = new Set(['style', 'script', 'title', 'head', 'noscript', 'template'])

function hides({ style = '', hidden }: Record<string, string>): boolean {
  return (
    hidden !== undefined ||
    /(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d]))/i.test(
      style.slice(0, 2000),
    )
  )
}

function isDot({ width, height, style = '' }: Record<string, string>): boolean {
  return (
    [width, height].some((size) => /^[01](?:px)?$/.test(size ?? '')) ||
    /display\s*:\s*none/i.test(style.slice(0, 2000))
  )
}
