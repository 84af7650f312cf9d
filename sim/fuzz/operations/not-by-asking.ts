/** What cannot be done by asking alone. */
export const NOT_BY_ASKING: Readonly<Record<string, string>> = {
  'POST /v1/orders/{id}/early-start': 'wants a bay of which its gateway says that it is empty',
  'POST /v1/enroll': 'wants a gateway with its key and an HMAC under the code',
  'POST /v1/holds/{hold}/{act}': 'a hold comes of events of two gateways',
  'POST /v1/payments/{id}/resolution':
    'wants a payment that its payer disputes, which the provider tells',
  'POST /v1/bookings/{id}/end': 'wants a car that came, which the events of a gateway tell',
};
