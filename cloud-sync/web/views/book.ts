import {html} from 'htm/preact';
import {useState} from 'preact/hooks';
import {useApp} from '../app-context.js';
import {told} from '../ask.js';
import {useAsked, useDoing} from '../asked.js';
import {lengthOf, span, yuan} from '../format.js';
import {Field, Form, Loaded, Title, type View} from '../parts.js';
import {keep, kept, wallMs} from '../platform.js';
import {addressOf, type Route} from '../route.js';

const PLATE = 'own.plate';

interface BookProps {
  readonly at: readonly string[];
  readonly query: Route['query'];
}

/** The price of a bay for a time, and the booking of it. @see requirements P2 */
export function Book({at: [site = '', point = ''], query}: BookProps): View {
  const {words, state} = useApp();
  const {language} = state;
  const zone = query.zone ?? 'Asia/Shanghai';
  const stretch = {fromMs: Number(query.from), untilMs: Number(query.until)};
  const wish = {site, point, ...stretch};
  const asked = useAsked(client => told(client.POST('/v1/quotes', {body: wish})), [site, point]);
  type Quote = NonNullable<typeof asked.data>;
  return html`<section class="narrow">
    <a class="back" href=${addressOf(['place', site], {from: query.from ?? '', until: query.until ?? ''})}>
      ‹ ${words.common.back}
    </a>
    <${Title}>${words.booking.title}<//>
    <p class="intro"><strong>${point}</strong> · ${span(stretch, zone, language)}</p>
    <${Loaded} asked=${asked} show=${(quote: Quote) => html`<div>
      <dl class="sum"><dt>${words.booking.price}</dt><dd>${yuan(quote.amountFen)}</dd></dl>
      <p class="hint">
        ${words.booking.held} ${words.booking.quoteKept(keptFor(words, quote.validUntilMs - wallMs()))}
      </p>
      <${PlateForm} wish=${wish} quote=${quote} />
    </div>`} />
  </section>`;
}

function keptFor({length}: ReturnType<typeof useApp>['words'], ms: number): string {
  const {count, unit} = lengthOf(ms);
  return length(count, unit);
}

interface PlateProps {
  readonly wish: {
    readonly site: string;
    readonly point: string;
    readonly fromMs: number;
    readonly untilMs: number;
  };
  readonly quote: {readonly id: string; readonly amountFen: number};
}

function PlateForm({wish, quote}: PlateProps): View {
  const {words, go} = useApp();
  const [plate, setPlate] = useState(kept(PLATE) ?? '');
  const doing = useDoing(
    (client, body: PlateProps['wish'] & {readonly plate: string; readonly quote: string}, key) =>
      told(
        client.POST('/v1/bookings', {
          params: {header: {'idempotency-key': key}},
          body: {...body, entries: 'multi', pay: 'balance'},
        }),
      ),
    ({id}) => {
      keep(PLATE, plate, 'tab');
      go(['booking', id], {new: '1'});
    },
  );
  return html`<${Form} action=${words.booking.confirm(yuan(quote.amountFen))} isBusy=${doing.isBusy}
    problem=${doing.problem} onSubmit=${() => doing.run({...wish, plate, quote: quote.id})}>
    <${Field} label=${words.booking.plate} name="plate" value=${plate} hint=${words.booking.plateHint}
      error=${doing.problem?.fields.includes('plate') ? words.booking.plateHint : undefined}
      onInput=${setPlate} />
    ${
      doing.problem?.code === 'payment_failed' &&
      html`<a class="button" href=${addressOf(['wallet'])}>${words.wallet.recharge}</a>`
    }
  <//>`;
}
