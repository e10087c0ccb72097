import type { Exchange } from './exchange.ts'
import { EXPLANATIONS } from './explanations.ts'
import { type Question, askOracle } from './oracle.ts'

/** What is right, by the oracle after all corrections, or all but one; and the ids of those that changed anything. */
export function expectedAnswer(exchange: Exchange, question: Question, leftOut?: string) {
  const used: string[] = []
  let corrected = exchange
  for (const { id, questions, applies, correct, settle } of EXPLANATIONS) {
    if (id === leftOut || !questions.includes(question) || !applies(corrected)) continue
    used.push(id)
    if (settle !== undefined) return { answer: settle, used }
    corrected = correct?.(corrected) ?? corrected
  }
  return { answer: askOracle(corrected, question), used }
}
