package routes.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jdbc:postgresql://db.example:5432/caravan | db.example:5432/caravan",
                "jdbc:postgresql://db:5432/caravan?user=me&password=s3cret | db:5432/caravan",
                "jdbc:postgresql://me:s3cret@db:5432/caravan | db:5432/caravan",
                "jdbc:postgresql://a:1,b:2/caravan?targetServerType=primary | a:1,b:2/caravan",
                "jdbc:postgresql://[::1]:5432/caravan?password=a@b | [::1]:5432/caravan",
                "http://localhost:8123 | localhost:8123",
                "https://me:s3c/r@t@ch.example:8443/?password=x | ch.example:8443",
                "mongodb://me:s3cret@m1:27017,m2:27017/db?replicaSet=r | m1:27017,m2:27017/db",
                "mongodb://me:s3?cret@m1:27017/db | an address that cannot be read",
                "s3cret | an address that cannot be read",
            })
    void anAddress_isHostPortAndDatabase(String address, String shown) {
        assertThat(Address.shown(address)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no answer of jdbc:postgresql://db/x?user=me&password=s3cret&ssl=true",
                "jdbc:postgresql://me:s3cret@db:5432/x is unreachable",
                "Illegal character in http://me:s3cret@ch: it is no address",
                "no answer of https://s3cret@api.example:8443/x",
                "https://s3cret@[::1]:8443 and http://me:s3cret@ch are unreachable",
                "host=db password='s3c\\'ret s3cret' dbname=x",
                "sftp://host/dir?password=RAW(s3cret)&x=1",
                "aws2-s3:b?accessKey=s3cret&secretKey=s3cret",
                "sasl.jaas.config=org.apache.P required username=\"me\" password=\"s3cret\";"
            })
    void aTextThatQuotesAnAddress_hasNoSecret(String text) {
        assertThat(Address.hidden(text)).doesNotContain("s3c").doesNotContain("me:");
    }

    @Test
    void otherTexts_stayAsTheyAre() {
        String text =
                "column \"token\" is unknown; mail me@example.com; http://a:1/b says no;"
                        + " https://a/b@c is a path";
        assertThat(Address.hidden(text)).isEqualTo(text);
    }
}
