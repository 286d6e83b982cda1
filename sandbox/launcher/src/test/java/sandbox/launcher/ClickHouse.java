package sandbox.launcher;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Asks ClickHouse as a program without a driver would. */
record ClickHouse(HttpClient http, int port, String user) {
    ClickHouse(int port) {
        this(HttpClient.newHttpClient(), port, "caravan");
    }

    ClickHouse as(String other) {
        return new ClickHouse(http, port, other);
    }

    /** The answer, which has to be a good one. Parameters are name and value by turns. */
    String ask(String statement, String... parameters) throws IOException, InterruptedException {
        HttpResponse<String> response = post(statement, parameters);
        if (response.statusCode() != 200) {
            throw new AssertionError(
                    statement + ": " + response.statusCode() + " " + response.body());
        }
        return response.body().strip();
    }

    HttpResponse<String> insert(String statement, String data, String... parameters)
            throws IOException, InterruptedException {
        String[] all = Arrays.copyOf(parameters, parameters.length + 2);
        all[parameters.length] = "query";
        all[parameters.length + 1] = statement;
        return post(data, all);
    }

    HttpResponse<String> post(String body, String... parameters)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(address(parameters))
                        .header("X-ClickHouse-User", user)
                        .header("X-ClickHouse-Key", user)
                        .POST(BodyPublishers.ofString(body))
                        .build();
        return http.send(request, BodyHandlers.ofString());
    }

    URI address(String... parameters) {
        StringBuilder address = new StringBuilder("http://127.0.0.1:" + port + "/?");
        for (int i = 0; i < parameters.length; i += 2) {
            address.append(parameters[i])
                    .append('=')
                    .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8))
                    .append('&');
        }
        return URI.create(address.toString());
    }
}
