package routes.directory;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicHeader;
import routes.pipeline.Reason;
import routes.settings.BasicAuthentication;
import routes.settings.Settings;

/**
 * A directory on an HTTP server, by the settings {@code caravan.NAME.url}, {@code user}, {@code
 * password} and {@code timeout}. A subclass says how to write the requests and how to read the
 * answers; a route sends them.
 */
public abstract class HttpDirectory implements Directory, HttpClientConfigurer {
    private static final Pattern ADDRESS =
            Pattern.compile("https?://[^\\s/@?#{}]+(/[^\\s?#@{}]*)?");
    private static final int SHOWN_CHARACTERS = 300;

    private final String name;
    private final String address;
    private final String user;
    private final String password;
    private final Duration timeout;

    HttpDirectory(String name, Settings settings) {
        this.name = name;
        String url = settings.text(setting("url"));
        if (!ADDRESS.matcher(url).matches()) {
            throw settings.wrong(setting("url"), url, "an address such as http://localhost:9200");
        }
        address = url.replaceFirst("/+$", "");
        user = settings.find(setting("user")).orElse("");
        password = settings.find(setting("password")).orElse("");
        timeout = settings.duration(setting("timeout"));
    }

    /** A setting of this directory, by its last word. */
    final String setting(String word) {
        return "caravan." + name + "." + word;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String address() {
        return address;
    }

    /** The endpoint: nothing but what a {@link Question} writes is sent, and 200 alone is good. */
    final String uri() {
        return address
                + "?okStatusCodeRange=200&skipRequestHeaders=true&skipResponseHeaders=true"
                + "&copyHeaders=false&httpClientConfigurer=#directory-"
                + name
                + "&connectTimeout="
                + timeout.toMillis();
    }

    /** Begins to look people up, all together; asked for nobody, it asks for something small. */
    public abstract Question ask(Set<PersonId> ids);

    /** The account, and {@link #whole whole} answers; nothing is tried again but by the route. */
    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.disableAutomaticRetries().disableCookieManagement();
        client.addExecInterceptorFirst("whole", this::whole);
        if (!user.isEmpty()) {
            String account = BasicAuthentication.header(user, password);
            client.setDefaultHeaders(List.of(new BasicHeader("Authorization", account)));
        }
    }

    /**
     * An answer of which all has come within the time-out: the client's own begin anew with each
     * byte.
     */
    private ClassicHttpResponse whole(
            ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        CompletableFuture<ClassicHttpResponse> answer = new CompletableFuture<>();
        answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(
                        late -> {
                            ((Cancellable) scope.originalRequest).cancel();
                            return null;
                        });
        try {
            ClassicHttpResponse response = chain.proceed(request, scope);
            HttpEntity entity = response.getEntity();
            if (entity != null) {
                ContentType type = ContentType.parseLenient(entity.getContentType());
                response.setEntity(new ByteArrayEntity(EntityUtils.toByteArray(entity), type));
            }
            return response;
        } catch (IOException e) {
            throw answer.isCompletedExceptionally()
                    ? (IOException) new SocketTimeoutException().initCause(e)
                    : e;
        } finally {
            answer.complete(null);
        }
    }

    /** Says what came instead of an answer. */
    public void refused(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
        if (failure instanceof HttpOperationFailedException refusal) {
            int status = refusal.getStatusCode();
            if (status == HttpURLConnection.HTTP_UNAUTHORIZED
                    || status == HttpURLConnection.HTTP_FORBIDDEN) {
                throw DirectoryUnavailable.ofRefusal(
                        said(
                                "does not let this account read (status %d): set %s and %s"
                                        .formatted(status, setting("user"), setting("password"))),
                        refusal);
            }
            throw unavailable(
                    "answers with status %d: %s"
                            .formatted(status, shortened(refusal.getResponseBody())),
                    refusal);
        }
        throw unavailable(
                failure instanceof SocketTimeoutException
                        ? "has not answered within " + timeout.toMillis() + " ms"
                        : "does not answer (" + Reason.of(failure) + ")",
                failure);
    }

    /** An exception that says what this server does, or why it does not answer. */
    DirectoryUnavailable unavailable(String what, Throwable cause) {
        return new DirectoryUnavailable(said(what), cause);
    }

    private String said(String what) {
        return name + " at " + address + " " + what;
    }

    static String shortened(Object text) {
        return Reason.shortened(String.valueOf(text).replaceAll("\\s+", " "), SHOWN_CHARACTERS);
    }
}
