import { clearLine, cursorTo } from 'node:readline'

/** What takes less time than this gets no bar. ms. */
const silentMs = 1000
/** From one change of the bar to the next. ms. */
const everyMs = 100
const barColumns = 24

/** How far a long piece of work is. Shown on standard error, and only on a terminal, once it takes more than a second. */
export interface Progress {
  /**
   * @param done - in the unit of the total
   * @param words - what else to tell
   * @param total - what `done` comes to in the end; `null` or left out if nobody knows: then only the words are shown
   */
  at(done: number, words?: string, total?: number | null): void
  /** Takes the bar away. */
  end(): void
}

/** Begins a bar. */
export function progress(label: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { at() {}, end() {} }
  const begun = Date.now()
  let shownAt = 0
  return {
    at(done, words = '', total = null) {
      const now = Date.now()
      if (now - begun < silentMs || now - shownAt < everyMs) return
      shownAt = now
      const line = `${label} ${total === null ? '' : bar(done, total)} ${words}`.replace(/ +/g, ' ')
      cursorTo(stream, 0)
      stream.write(line.slice(0, Math.max(20, stream.columns - 1)))
      clearLine(stream, 1)
    },
    end() {
      if (shownAt === 0) return
      cursorTo(stream, 0)
      clearLine(stream, 0)
    },
  }
}

function bar(done: number, total: number): string {
  const share = total <= 0 ? 1 : Math.min(1, done / total)
  const full = Math.floor(share * barColumns)
  return `[${'='.repeat(full)}${'-'.repeat(barColumns - full)}] ${Math.floor(share * 100)} %`
}
