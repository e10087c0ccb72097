import { describe, expect, it } from 'vitest'
import { OwnEntries } from './own-entries.ts'

const at = (run: string, cursor: number) => ({ run, cursor })

describe('what a process appended', () => {
  it('is found when it is met', () => {
    const own = new OwnEntries()
    own.note(10, 'a', at('a', 5))
    own.meet(10, 'a')
    own.meetEnd(own.mark, 'a')
    expect(own.isLost).toBe(false)
  })

  it('is lost when the log of another server goes on without it', () => {
    const own = new OwnEntries()
    own.note(10, 'a', at('a', 5))
    own.meet(9, 'b')
    expect(own.isLost).toBe(false)
    own.meet(11, 'b')
    expect(own.isLost).toBe(true)
  })

  it('is lost when the log of another server ends before it', () => {
    const own = new OwnEntries()
    const { mark } = own
    own.note(10, 'a', at('b', 5))
    // This end was reached before it was acknowledged.
    own.meetEnd(mark, 'b')
    expect(own.isLost).toBe(false)
    own.meetEnd(own.mark, 'b')
    expect(own.isLost).toBe(true)
  })

  it('is not lost when it was cut off the log of its own server', () => {
    const own = new OwnEntries()
    own.note(10, 'a', at('a', 5))
    own.meet(20, 'a')
    own.note(30, 'a', at('a', 20))
    own.meetEnd(own.mark, 'a')
    expect(own.isLost).toBe(false)
  })

  it('is not lost when the tail met it before the answer came, but is where the tail reads elsewhere', () => {
    const own = new OwnEntries()
    own.note(10, 'a', at('a', 12))
    expect(own.isLost).toBe(false)
    own.note(10, 'a', at('b', 12))
    expect(own.isLost).toBe(true)
  })

  it('is made good by invalidating everything, but for what was appended or lost meanwhile', () => {
    const own = new OwnEntries()
    own.note(10, 'a', at('b', 5))
    own.meet(11, 'b')
    const { mark, losses } = own
    own.note(20, 'a', at('b', 15))
    own.makeGood({ mark, losses })
    expect(own.isLost).toBe(false)
    own.meet(21, 'b')
    expect(own.isLost).toBe(true)
  })

  it('of which only the latest of a run needs to be remembered', () => {
    const own = new OwnEntries()
    for (let seq = 1; seq <= 1_000; seq += 1) own.note(seq, 'a', at('a', 0))
    own.meet(999, 'b')
    expect(own.isLost).toBe(false)
    own.meet(1_001, 'b')
    expect(own.losses).toBe(1)
  })
})
