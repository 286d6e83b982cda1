package sandbox.clickhouse;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MimeTypes;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartConfig;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * ClickHouse's HTTP interface on the engine: what curl, client-v2 and the JDBC driver need with
 * compression off.
 *
 * <p>A statement is run only when its request has arrived to the end: a client that vanishes in the
 * middle of its data has inserted nothing. Results are sent when they are complete, so an error
 * always has its own status.
 *
 * <p>Left out, and refused where silence would be wrong: ClickHouse's own compression ({@code
 * compress=1}), sessions, external tables, progress headers.
 */
class HttpFront implements AutoCloseable {
    /** As many requests work at the same time; the others wait for their turn. */
    private static final int STATEMENTS_AT_ONCE = 32;

    private static final int THREADS = 96;
    private static final int MEGABYTE = 1 << 20;
    private static final int PART = 1 << 20;
    private static final long STOP_TIMEOUT_MS = 3_000;

    /** For a client that is stopped and goes on later; one that has gone closes its connection. */
    private static final long IDLE_TIMEOUT_MS = 3_600_000;

    /** Parameters of the interface itself; every other one is a setting. */
    private static final Set<String> NOT_SETTINGS =
            Set.of(
                    "query",
                    "database",
                    "default_format",
                    "user",
                    "password",
                    "query_id",
                    "session_id",
                    "session_timeout",
                    "session_check",
                    "session_timezone",
                    "close_session",
                    "compress",
                    "decompress",
                    "client_protocol_version",
                    "enable_http_compression",
                    "wait_end_of_query",
                    "buffer_size",
                    "quota_key",
                    "stacktrace",
                    "role");

    private final Engine engine;
    private final Path spool;
    private final Accounts accounts;
    private final String version;
    private final Semaphore turns = new Semaphore(STATEMENTS_AT_ONCE, true);
    private final ServerConnector connector;

    HttpFront(Engine engine, Accounts accounts, Path spool, int port) throws Exception {
        this.engine = engine;
        this.spool = spool;
        this.accounts = accounts;
        this.version = engine.text("SELECT version()");
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 8);
        threads.setName("http");
        Server server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        // As a ClickHouse server: statements and parameters in the address may be long.
        http.setRequestHeaderSize(MEGABYTE);
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_TIMEOUT_MS);
        server.addConnector(connector);
        server.setHandler(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        HttpFront.this.handle(request, response, callback);
                        return true;
                    }
                });
        server.start();
    }

    private void handle(Request request, Response response, Callback callback) {
        try {
            answer(request, response);
            callback.succeeded();
        } catch (EngineException e) {
            sendError(request, response, e, callback);
        } catch (IOException e) {
            // The client has gone, or has sent half a request: there is nobody to tell.
            System.err.println("Request given up, nothing was run for it: " + e);
            callback.failed(e);
        } catch (RuntimeException | Error e) {
            e.printStackTrace();
            sendError(
                    request,
                    response,
                    new EngineException(49, "LOGICAL_ERROR", "The HTTP front failed: " + e),
                    callback);
        }
    }

    private void answer(Request request, Response response) throws EngineException, IOException {
        Map<String, String> parameters = addressParameters(request);
        String path = request.getHttpURI().getPath();
        boolean post = request.getMethod().equals("POST") || request.getMethod().equals("PUT");
        if (path.equals("/ping")
                || path.equals("/replicas_status")
                || !post && !parameters.containsKey("query")) {
            write(response, "Ok.\n");
            return;
        }
        String user = authenticated(request, response, parameters);
        if (parameters.getOrDefault("compress", "0").equals("1")
                || parameters.getOrDefault("decompress", "0").equals("1")) {
            throw new EngineException(
                    48,
                    "NOT_IMPLEMENTED",
                    "The sandbox's ClickHouse has no compression of its own: switch it off in the"
                            + " client (compress=0, decompress=0)");
        }
        if (MimeTypes.getBaseType(contentType(request)) == MimeTypes.Type.MULTIPART_FORM_DATA) {
            parameters.putAll(formParameters(request));
            try (NativeText text = NativeText.of(parameters.getOrDefault("query", ""))) {
                run(request, response, parameters, user, text, post);
            }
        } else {
            try (NativeText text = body(request, parameters.getOrDefault("query", ""))) {
                run(request, response, parameters, user, text, post);
            }
        }
    }

    private void run(
            Request request,
            Response response,
            Map<String, String> parameters,
            String user,
            NativeText text,
            boolean post)
            throws EngineException, IOException {
        Statement statement = allowed(Statement.of(text.head()));
        String format =
                firstOf(
                        parameters.get("default_format"),
                        header(request, "X-ClickHouse-Format"),
                        "TabSeparated");
        response.getHeaders()
                .put(
                        "X-ClickHouse-Query-Id",
                        firstOf(parameters.get("query_id"), null, UUID.randomUUID().toString()));
        String database =
                firstOf(parameters.get("database"), header(request, "X-ClickHouse-Database"), "");
        long start = System.nanoTime();
        turns.acquireUninterruptibly();
        try (BlankLines.Ready ready =
                        BlankLines.handle(
                                text, statement, spool, table -> engine.columns(table, database));
                Result result =
                        engine.run(
                                new Query(
                                        ready.text(),
                                        database,
                                        settings(parameters, ready),
                                        bound(parameters),
                                        format,
                                        // As a ClickHouse server: GET changes nothing.
                                        !post || accounts.readOnly(user)))) {
            response.getHeaders()
                    .put("X-ClickHouse-Format", firstOf(statement.format(), null, format));
            send(response, result, statement, System.nanoTime() - start);
        } finally {
            turns.release();
        }
    }

    private static Statement allowed(Statement statement) throws EngineException {
        if (statement.empty()) {
            throw new EngineException(62, "SYNTAX_ERROR", "Syntax error: Empty query");
        }
        if (statement.several()) {
            throw new EngineException(
                    62, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)");
        }
        if (statement.file()) {
            throw new EngineException(
                    344,
                    "SUPPORT_IS_DISABLED",
                    "INTO OUTFILE and FROM INFILE are not allowed over HTTP");
        }
        return statement;
    }

    private void send(Response response, Result result, Statement statement, long nanos)
            throws IOException {
        serverHeaders(response);
        response.getHeaders().put("X-ClickHouse-Summary", summary(result, statement, nanos));
        response.getHeaders()
                .put(
                        HttpHeader.CONTENT_TYPE,
                        contentTypeOf(response.getHeaders().get("X-ClickHouse-Format")));
        long length = result.length();
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
        for (long sent = 0; sent < length; sent += PART) {
            ByteBuffer part = result.part(sent, Math.min(PART, length - sent));
            Content.Sink.write(response, false, part);
        }
        Content.Sink.write(response, true, (ByteBuffer) null);
    }

    private static String summary(Result result, Statement statement, long nanos) {
        String summary =
                "{\"read_rows\":\"%d\",\"read_bytes\":\"%d\",\"written_rows\":\"%d\",\"written_bytes\":\"%d\","
                    + "\"total_rows_to_read\":\"0\",%s\"elapsed_ns\":\"%d\"}";
        // How many rows a SELECT gave is not known: the engine hands over their text.
        String rows =
                statement.insert()
                        ? "\"result_rows\":\"%d\",\"result_bytes\":\"%d\","
                                .formatted(result.writtenRows(), result.writtenBytes())
                        : "";
        return summary.formatted(
                result.readRows(),
                result.readBytes(),
                result.writtenRows(),
                result.writtenBytes(),
                rows,
                nanos);
    }

    private void sendError(
            Request request, Response response, EngineException error, Callback callback) {
        try {
            // A client that still sends reads no answer.
            Content.Source.asInputStream(request).transferTo(OutputStream.nullOutputStream());
            sendError(response, error);
            callback.succeeded();
        } catch (IOException gone) {
            callback.failed(gone);
        }
    }

    private void sendError(Response response, EngineException error) throws IOException {
        serverHeaders(response);
        response.setStatus(response.getStatus() == 401 ? 401 : error.status());
        response.getHeaders().remove(HttpHeader.CONTENT_LENGTH);
        response.getHeaders().put("X-ClickHouse-Exception-Code", error.code());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; charset=UTF-8");
        write(response, error.getMessage() + " (version " + version + ")\n");
    }

    private static void write(Response response, String text) throws IOException {
        Content.Sink.write(response, true, StandardCharsets.UTF_8.encode(text));
    }

    private static void serverHeaders(Response response) {
        response.getHeaders().put("X-ClickHouse-Server-Display-Name", "caravan-sandbox");
        response.getHeaders().put("X-ClickHouse-Timezone", "UTC");
    }

    /** The user, whose password was right. */
    private String authenticated(Request request, Response response, Map<String, String> parameters)
            throws EngineException {
        String user = header(request, "X-ClickHouse-User");
        String password = header(request, "X-ClickHouse-Key");
        String authorization = header(request, "Authorization");
        if (user == null
                && authorization != null
                && authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
            String[] pair = decoded(authorization.substring(6).strip()).split(":", 2);
            user = pair[0];
            password = pair.length == 2 ? pair[1] : "";
        }
        if (user == null) {
            user = parameters.get("user");
            password = parameters.get("password");
        }
        if (user == null) {
            response.setStatus(401);
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"ClickHouse\"");
            user = "default";
        }
        if (accounts.accept(user, password == null ? "" : password)) {
            return user;
        }
        throw new EngineException(
                516,
                "AUTHENTICATION_FAILED",
                user
                        + ": Authentication failed: password is incorrect, or there is no user with"
                        + " such name.");
    }

    private static String decoded(String base64) throws EngineException {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new EngineException(
                    516,
                    "AUTHENTICATION_FAILED",
                    "Authentication failed: the header Authorization is no base64");
        }
    }

    private static Map<String, String> addressParameters(Request request) throws EngineException {
        Map<String, String> parameters = new LinkedHashMap<>();
        try {
            for (Fields.Field field :
                    Request.extractQueryParameters(request, StandardCharsets.UTF_8)) {
                parameters.put(field.getName(), field.getValue());
            }
        } catch (RuntimeException e) {
            throw new EngineException(
                    36, "BAD_ARGUMENTS", "The address cannot be decoded: " + e.getMessage());
        }
        return parameters;
    }

    private static Map<String, String> formParameters(Request request)
            throws IOException, EngineException {
        MultiPartConfig config =
                new MultiPartConfig.Builder()
                        .useFilesForPartsWithoutFileName(false)
                        .maxMemoryPartSize(-1)
                        .maxPartSize(-1)
                        .maxSize(-1)
                        .maxParts(10_000)
                        .build();
        Map<String, String> parameters = new LinkedHashMap<>();
        try (MultiPartFormData.Parts parts =
                MultiPartFormData.getParts(request, request, contentType(request), config)) {
            for (MultiPart.Part part : parts) {
                if (part.getFileName() != null) {
                    throw new EngineException(
                            48,
                            "NOT_IMPLEMENTED",
                            "The sandbox's ClickHouse takes no external tables: " + part.getName());
                }
                parameters.put(part.getName(), part.getContentAsString(StandardCharsets.UTF_8));
            }
        } catch (RuntimeException e) {
            throw new IOException("The form cannot be read", e);
        }
        return parameters;
    }

    /** The statement from the address, if there is one, and the whole body behind it. */
    private static NativeText body(Request request, String query)
            throws IOException, EngineException {
        boolean gzip = "gzip".equalsIgnoreCase(header(request, "Content-Encoding"));
        byte[] head = (query.isEmpty() ? "" : query + "\n").getBytes(StandardCharsets.UTF_8);
        long length = Math.max(request.getLength(), 0);
        NativeText text = new NativeText(head.length + (gzip ? 4 * length : length));
        try (InputStream in = Content.Source.asInputStream(request)) {
            text.append(head, head.length);
            text.append(gzip ? new GZIPInputStream(in, 1 << 16) : in);
            // What follows the compressed data must have arrived as well.
            if (in.read() >= 0) {
                throw new EOFException("There is more than one compressed body");
            }
            return text;
        } catch (EofException vanished) {
            text.close();
            throw vanished;
        } catch (EOFException | ZipException broken) {
            text.close();
            throw new EngineException(
                    354,
                    "ZLIB_INFLATE_FAILED",
                    "The gzip body is broken or cut off, nothing was run: " + broken.getMessage());
        } catch (IOException | RuntimeException e) {
            text.close();
            throw e;
        }
    }

    private static Map<String, String> settings(
            Map<String, String> parameters, BlankLines.Ready ready) {
        Map<String, String> settings = new LinkedHashMap<>(parameters);
        settings.keySet()
                .removeIf(name -> NOT_SETTINGS.contains(name) || name.startsWith("param_"));
        if (ready.file() != null) {
            // What comes from a file is cut into smaller blocks than what comes from a client,
            // unless this says otherwise.
            settings.putIfAbsent(
                    "max_block_size", settings.getOrDefault("max_insert_block_size", "1048449"));
        }
        return settings;
    }

    private static Map<String, String> bound(Map<String, String> parameters) {
        Map<String, String> bound = new LinkedHashMap<>();
        parameters.forEach(
                (name, value) -> {
                    if (name.startsWith("param_")) {
                        bound.put(name.substring("param_".length()), value);
                    }
                });
        return bound;
    }

    private static String contentTypeOf(String format) {
        if (format.startsWith("JSON")) {
            return format.contains("EachRow")
                    ? "application/x-ndjson; charset=UTF-8"
                    : "application/json; charset=UTF-8";
        }
        if (format.startsWith("CSV")) {
            return "text/csv; charset=UTF-8";
        }
        if (format.startsWith("TabSeparated") || format.startsWith("TSV")) {
            return "text/tab-separated-values; charset=UTF-8";
        }
        return format.startsWith("Row") || format.equals("Native")
                ? "application/octet-stream"
                : "text/plain; charset=UTF-8";
    }

    private static String contentType(Request request) {
        String type = header(request, "Content-Type");
        return type == null ? "" : type;
    }

    private static String header(Request request, String name) {
        HttpField field = request.getHeaders().getField(name);
        return field == null ? null : field.getValue();
    }

    /** The first that is there and not empty. */
    private static String firstOf(String first, String second, String otherwise) {
        if (first != null && !first.isEmpty()) {
            return first;
        }
        return second != null && !second.isEmpty() ? second : otherwise;
    }

    /**
     * Takes no more connections and no more statements, and lets those that run come to their end
     * for three seconds. The process has to end after that.
     */
    @Override
    public void close() throws InterruptedException {
        connector.close();
        // All turns taken: no statement runs, and none can begin.
        turns.tryAcquire(STATEMENTS_AT_ONCE, STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    }
}
