/** An empty handler. */
exports.handler = async () => ({ statusCode: 200, body: '"empty"' });
