import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Webhook {
  static final byte[] SIGNING_KEY = System.getenv("SIGNING_KEY").getBytes(StandardCharsets.UTF_8);

  static boolean isFromSignalbox(byte[] rawBody, String signature) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SIGNING_KEY, "HmacSHA256"));
    String expected = HexFormat.of().formatHex(mac.doFinal(rawBody));
    return signature != null && MessageDigest.isEqual(expected.getBytes(), signature.getBytes());
  }

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "3000"));
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext("/", exchange -> {
      try (exchange) {
        // The signature is over the bytes as they came: verify before you parse.
        byte[] rawBody = exchange.getRequestBody().readAllBytes();
        String signature = exchange.getRequestHeaders().getFirst("logto-signature-sha-256");
        if (!isFromSignalbox(rawBody, signature)) {
          exchange.sendResponseHeaders(401, -1);
          return;
        }
        System.out.println(exchange.getRequestHeaders().getFirst("webhook-id"));
        exchange.sendResponseHeaders(204, -1);
      } catch (java.security.GeneralSecurityException impossible) {
        throw new IllegalStateException(impossible);
      } catch (Exception failure) {
        throw new java.io.IOException(failure);
      }
    });
    server.start();
  }
}
