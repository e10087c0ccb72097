/** Questions that come in one turn of the event loop, asked as one. */
export class Gather<Question, Reply> {
  readonly #askAll: (questions: readonly Question[]) => Promise<readonly Reply[]>
  #open: { readonly questions: Question[]; readonly replies: Promise<readonly Reply[]> } | undefined

  /** `askAll` answers in the order of the questions, or with nothing where there is no answer to any. */
  constructor(askAll: (questions: readonly Question[]) => Promise<readonly Reply[]>) {
    this.#askAll = askAll
  }

  /** Resolves with `undefined` where there is no answer. */
  ask(question: Question): Promise<Reply | undefined> {
    this.#open ??= this.#begin()
    const { questions, replies } = this.#open
    const index = questions.push(question) - 1
    // Not async: there are as many of these promises as there are keys.
    return replies.then((all) => all[index])
  }

  #begin() {
    const questions: Question[] = []
    const replies = Promise.resolve().then(() => {
      this.#open = undefined
      return this.#askAll(questions)
    })
    return { questions, replies }
  }
}
