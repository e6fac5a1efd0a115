/** Shows on standard error what is being measured: on one line of a terminal, else a line for each run. */
export class Progress {
  readonly #terminal = process.stderr.isTTY

  run(what: string, run: number, runs: number): void {
    const text = `${what}: run ${run} of ${runs}`
    process.stderr.write(this.#terminal ? `\r\u001B[K${text}` : `${text}\n`)
  }

  /** Clears the line for what comes next. */
  done(): void {
    if (this.#terminal) process.stderr.write('\r\u001B[K')
  }
}
