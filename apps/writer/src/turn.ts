/** Lets work be done one at a time, in the order asked for, where it takes more than one turn of the event loop. */
export class Turn {
  #last: Promise<unknown> = Promise.resolve();

  /** Does `work` when all that was asked for before is over, however that ended. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done;
    return done;
  }
}
