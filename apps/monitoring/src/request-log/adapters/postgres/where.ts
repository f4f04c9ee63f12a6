/** Conditions of a query and their parameters, numbered as they come. */
export class Where {
  readonly #conditions: string[] = [];
  readonly #parameters: unknown[];

  constructor(parameters: unknown[] = []) {
    this.#parameters = parameters;
  }

  /** Other conditions of the same query: its parameters are numbered on. */
  beside(): Where {
    return new Where(this.#parameters);
  }

  get sql(): string {
    return this.#conditions.join(' AND ');
  }

  get parameters(): readonly unknown[] {
    return this.#parameters;
  }

  /** A condition as it is, or one that ends in its operator and is given its right side. */
  and(condition: string, value?: string | number | Date): this {
    if (value === undefined) this.#conditions.push(condition);
    else this.#conditions.push(`${condition} $${this.#parameters.push(value)}`);
    return this;
  }

  /** `type`: of the column, as Postgres names it. */
  andOneOf(column: string, type: string, values: readonly string[]): this {
    this.#conditions.push(`${column} = ANY($${this.#parameters.push(values)}::${type}[])`);
    return this;
  }

  andTime(condition: string, timeMs: number): this {
    return this.and(condition, new Date(timeMs));
  }

  /** What comes after a place in a list that is newest first. */
  andBefore(firstScheduledAtMs: number, deliveryId: string): this {
    const time = `$${this.#parameters.push(new Date(firstScheduledAtMs))}`;
    const id = `$${this.#parameters.push(deliveryId)}`;
    this.#conditions.push(`(d.first_scheduled_at, d.delivery_id) < (${time}::timestamptz, ${id}::uuid)`);
    return this;
  }
}
