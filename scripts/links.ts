/** Links in Markdown: to files that exist, and to headings that exist in them. */
import { posix } from 'node:path'

/** `docs/a.md: b.md#c` for each link that leads nowhere. `files` are paths from the root, with the text of Markdown. */
export function findBrokenLinks(files: ReadonlyMap<string, string>): string[] {
  const folders = new Set([...files.keys()].flatMap(parentsOf))
  return [...files]
    .filter(([file]) => file.endsWith('.md'))
    .flatMap(([file, text]) =>
      linksOf(text)
        .filter(link => !leadsSomewhere(file, link, files, folders))
        .map(link => `${file}: ${link}`),
    )
}

function parentsOf(file: string): string[] {
  const parent = posix.dirname(file)
  return parent === '.' ? ['.'] : [parent, ...parentsOf(parent)]
}

function leadsSomewhere(
  from: string,
  link: string,
  files: ReadonlyMap<string, string>,
  folders: ReadonlySet<string>,
): boolean {
  const [path = '', anchor] = link.split('#')
  const to = path === '' ? from : posix.join(posix.dirname(from), decodeURI(path)).replace(/\/$/, '')
  const text = files.get(to)
  if (text === undefined) return folders.has(to) && anchor === undefined
  return anchor === undefined || !to.endsWith('.md') || anchorsOf(text).has(anchor)
}

function linksOf(text: string): string[] {
  const prose = withoutCode(text)
  const links = [
    ...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g),
    ...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm),
  ]
  return links.map(([, link = '']) => link).filter(link => !/^[a-z][a-z0-9+.-]*:/i.test(link))
}

function withoutCode(text: string): string {
  return text.replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2/gm, '').replace(/`[^`\n]*`/g, '')
}

/** The names that GitHub gives headings: lower case, no punctuation, `-` for a blank, `-1` for the second of a name. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  const headings = text.replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)
  for (const [, heading = ''] of headings) {
    const shown = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    const name = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let unique = name
    for (let number = 1; anchors.has(unique); number++) unique = `${name}-${number}`
    anchors.add(unique)
  }
  return anchors
}
