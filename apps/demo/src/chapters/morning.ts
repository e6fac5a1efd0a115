import { readers, type Chapter } from './chapter.ts'

const customers = readers('customer', 20)

export const morning: Chapter = {
  name: 'morning',
  title: 'A healthy morning',
  watch: 'Now: twenty receipts go out, Apple takes them all, and nothing holds mail back.',
  async play(play) {
    for (const recipient of customers)
      await play.send({ recipient, subject: 'Your receipt', stream: 'transactional' })
    await play.untilDelivered(customers)
    return play.wronglySuppressed(customers)
  },
}
