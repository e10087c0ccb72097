import { readFile, readdir } from 'node:fs/promises'
import { emojibaseFile, renderDir } from '../paths.ts'

/** One emoji that has a render. */
export interface Emoji {
  readonly label: string
  readonly subgroup: string
  readonly tags: readonly string[]
  readonly order: number
  /** The file name of its render. */
  readonly render: string
}

interface EmojibaseEntry {
  label: string
  hexcode: string
  tags?: string[]
  order?: number
  subgroup?: number
}

/** Every emoji that emojibase knows and that has a render, in Unicode order. */
export async function readEmoji(): Promise<Emoji[]> {
  const [entries, subgroups, files] = await Promise.all([
    readJson<EmojibaseEntry[]>('en/data.json'),
    readJson<{ subgroups: Record<string, string> }>('meta/groups.json'),
    readdir(renderDir),
  ])
  const renders = new Map(files.toSorted().map((file) => [codePoints(file.replace(/\.webp$/, '')), file]))
  return entries
    .flatMap(({ label, hexcode, tags, order, subgroup }) => {
      const render = renders.get(codePoints(hexcode))
      const subgroupName = subgroup === undefined ? undefined : subgroups.subgroups[subgroup]
      if (render === undefined || subgroupName === undefined || order === undefined) return []
      return [{ label, subgroup: subgroupName, tags: tags ?? [], order, render }]
    })
    .sort((a, b) => a.order - b.order)
}

/** The two packages disagree on where the emoji variation selector (U+FE0F) is written, so it is left out of both. */
function codePoints(hexcode: string): string {
  return hexcode.toLowerCase().replaceAll(/-?fe0f/g, '')
}

async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(emojibaseFile(name), 'utf8')) as T
}
