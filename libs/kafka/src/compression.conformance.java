import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes the lines of standard input with Kafka's own client; arguments: bootstrap servers, then topic=codec, ... */
final class Publish {
  public static void main(String[] args) throws Exception {
    List<String> lines = new BufferedReader(new InputStreamReader(System.in)).lines().toList();
    for (String arg : List.of(args).subList(1, args.length)) {
      String[] target = arg.split("=");
      Map<String, Object> config =
          Map.of("bootstrap.servers", args[0], "compression.type", target[1], "linger.ms", 100, "batch.size", 65_536);
      try (var producer = new KafkaProducer<String, String>(config, new StringSerializer(), new StringSerializer())) {
        for (String line : lines) producer.send(new ProducerRecord<>(target[0], line));
      }
    }
  }
}
