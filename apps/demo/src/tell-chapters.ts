import { Play, type Chapter } from './chapters/chapter.ts'
import type { Narrator } from './narrate.ts'
import type { Stage } from './stage.ts'
import type { Style } from './style.ts'

/** How a chapter ended. */
export interface ToldChapter {
  name: string
  ok: boolean
  /** What is not as it has to be, in words. */
  differences: readonly string[]
}

/** Plays chapters one after the other, and says of each what to watch and how it ended. */
export async function tellChapters(
  chapters: readonly Chapter[],
  stage: Stage,
  { narrator, style, signal }: { narrator: Narrator; style: Style; signal: AbortSignal },
): Promise<ToldChapter[]> {
  const told: ToldChapter[] = []
  for (const chapter of chapters) {
    const { name, title, watch } = chapter
    narrator.headline(`Day ${stage.tempo.dayAfter(Date.now() - stage.openedAt)}: ${title}`)
    narrator.sumUpRepeats()
    narrator.watch(watch)
    await stage.tempo.toRead(signal)
    const differences = await chapter.play(new Play(stage, signal))
    const ok = differences.length === 0
    narrator.say(ok ? style.good(`${name}: as expected`) : style.bad(`${name}: ${differences.join('; ')}`))
    await stage.tempo.toRead(signal, 0.5)
    told.push({ name, ok, differences })
  }
  return told
}
