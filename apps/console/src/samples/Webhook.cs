using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

var signingKey = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("SIGNING_KEY")!);
var app = WebApplication.CreateBuilder(args).Build();

bool IsFromSignalbox(byte[] rawBody, string signature)
{
    var expected = Convert.ToHexString(HMACSHA256.HashData(signingKey, rawBody)).ToLowerInvariant();
    return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature));
}

app.MapPost("/", async (HttpRequest request) =>
{
    // The signature is over the bytes as they came: verify before you parse.
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    var rawBody = body.ToArray();
    if (!IsFromSignalbox(rawBody, request.Headers["logto-signature-sha-256"].ToString())) return Results.Unauthorized();
    using var webhook = JsonDocument.Parse(rawBody);
    Console.WriteLine($"{webhook.RootElement.GetProperty("event")} {request.Headers["webhook-id"]}");
    return Results.NoContent();
});

app.Run($"http://0.0.0.0:{Environment.GetEnvironmentVariable("PORT") ?? "3000"}");
