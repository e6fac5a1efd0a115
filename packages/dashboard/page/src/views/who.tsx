import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { WhoAnswer } from '../../../src/api/who.ts'
import { get } from '../api.ts'
import { Empty, Name, Problem } from '../parts/texts.tsx'
import { useAnswer } from '../use-answer.ts'
import { count, originWords, streamWords, visible, when } from '../words.ts'
import { Address } from './address.tsx'
import { Files } from './files.tsx'

const waitMs = 120

/** Who gets no mail, and why. */
export function Who({ rest }: { rest: string }): JSX.Element {
  const [text, setText] = useState('')
  const [asked, setAsked] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), waitMs)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <>
      <header>
        <div>
          <h1>Who</h1>
          <p>
            Find an address: what happened to its mail, whether it is suppressed, by what evidence, and undo
            it.
          </p>
        </div>
      </header>
      <search>
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault()
            if (text.includes('@')) location.hash = `#/who/${encodeURIComponent(text.trim())}`
            else setAsked(text.trim())
          }}
        >
          <label>
            <span>Address, or any part of one</span>
            <input
              type="search"
              value={text}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              maxLength={320}
              placeholder="anna@icloud.com"
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
        </form>
      </search>
      {rest === '' ? null : <Address key={rest} recipient={rest} />}
      <Matches text={asked} typed={text} />
      <Files />
    </>
  )
}

function Matches({ text, typed }: { text: string; typed: string }): JSX.Element {
  const { data, error, again } = useAnswer<WhoAnswer>('who', { q: text })
  const [more, setMore] = useState<WhoAnswer[]>([])
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => setMore([]), [text])
  useEffect(() => {
    if (data?.total !== null) return
    const timer = setTimeout(again, 500)
    return () => clearTimeout(timer)
  }, [data])
  const pages = data === null ? [] : [data, ...more]
  const matches = pages.flatMap((page) => page.matches)
  const next = pages.at(-1)?.next ?? null
  const goOn = async (): Promise<void> => {
    if (next === null) return
    try {
      const page = await get<WhoAnswer>('who', { q: text, after: next })
      setMore((old) => [...old, page])
    } catch (problem) {
      setFailure(problem instanceof Error ? problem.message : String(problem))
    }
  }
  const total = data?.total ?? null
  // Once for each search, and not again whenever the list changes by itself.
  const [told, setTold] = useState({ text: '', said: '' })
  useEffect(() => {
    if (data === null || told.text === text) return
    const [found, rest] = [data.matches.length, data.next === null ? '' : ' and more']
    setTold({
      text,
      said: text === '' ? '' : `${found === 0 ? 'No' : count(found)}${rest} suppressed addresses found.`,
    })
  }, [data, text])
  return (
    <section aria-labelledby="suppressed">
      <div class="bar">
        <h2 id="suppressed">Suppressed addresses</h2>
        <span class="soft small">{total === null ? '' : `${count(total)} altogether`}</span>
        <span class="hidden" role="status">
          {told.said}
        </span>
      </div>
      <Problem text={error ?? failure} />
      {data !== null && matches.length === 0 ? (
        <Empty>
          {total === null ? (
            'The suppressed addresses are still being read …'
          ) : text === '' ? (
            'Nobody is suppressed.'
          ) : (
            <>
              No suppressed address has “{visible(text)}” in it.{' '}
              {typed.includes('@') ? (
                <a href={`#/who/${encodeURIComponent(typed.trim())}`}>
                  Show all that is known of this address
                </a>
              ) : (
                'Type the whole address to see what is known of one that is not suppressed.'
              )}
            </>
          )}
        </Empty>
      ) : null}
      {matches.length === 0 ? null : (
        <div class="card scroll" tabIndex={0} role="region" aria-label="Table of addresses">
          <table>
            <thead>
              <tr>
                <th scope="col">Address</th>
                <th scope="col">Why</th>
                <th scope="col">For</th>
                <th scope="col">Since</th>
              </tr>
            </thead>
            <tbody>
              {matches.map(({ recipient, suppressions: [first] }) => (
                <tr key={recipient}>
                  <th scope="row">
                    <a href={`#/who/${encodeURIComponent(recipient)}`}>
                      <Name text={recipient} />
                    </a>
                  </th>
                  <td>{first?.rule ?? originWords(first?.origin ?? '')}</td>
                  <td>{streamWords(first?.streams ?? [])}</td>
                  <td>
                    {first === undefined ? (
                      ''
                    ) : (
                      <time dateTime={new Date(first.at).toISOString()}>{when(first.at)}</time>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {next === null ? null : (
        <div>
          <button type="button" onClick={() => void goOn()}>
            Show more
          </button>
        </div>
      )}
    </section>
  )
}
